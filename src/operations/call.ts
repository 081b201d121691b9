import { UserError } from "../errors.ts";
import type { Access, Caller, Operation, Told } from "./operation.ts";

export interface Called {
  /** As the operation's schema has it. */
  readonly output: unknown;
  readonly told: Told;
}

/**
 * Calls an operation with whatever a surface was given; at once if the operation needs no time.
 *
 * @throws UserError also for an input that the operation does not take.
 */
export function call(
  operation: Operation,
  { access, input, caller }: { readonly access: Access; readonly input: unknown; readonly caller: Caller },
): Called | Promise<Called> {
  const { data, error } = operation.input.safeParse(input);
  if (error) {
    const [issue] = error.issues;
    const field = issue?.path.join(".") ?? "";
    const isMissing = issue?.code === "invalid_type" && issue.message.endsWith("received undefined");
    const problem = isMissing ? ` needs a ${field}` : `${field === "" ? "" : `: ${field}`}: ${issue?.message}`;
    throw new UserError(`\`${operation.name}\`${problem}.`, { code: "usage" });
  }
  const output: unknown = operation.run(access, data as never, caller);
  const toCalled = (value: unknown): Called => ({ output: value, told: operation.tell(value as never) });
  return output instanceof Promise ? output.then(toCalled) : toCalled(output);
}

/** The input that the words after the name of an operation mean. */
export function toInput({ argument, read }: Operation, words: string): Readonly<Record<string, unknown>> {
  if (read) return read(words);
  return argument === undefined || words === "" ? {} : { [argument]: words };
}

/** The operation of this name or alias. */
export const findOperation = (operations: readonly Operation[], name: string): Operation | undefined =>
  operations.find((one) => one.name === name || one.aliases?.includes(name));

/** All names that a chat takes for commands. */
export const namesOf = (operations: readonly Operation[]): string[] =>
  operations.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
