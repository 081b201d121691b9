import { join } from "node:path";
import { z } from "zod";
import { clean } from "../chat/markdown/clean.ts";
import { type Call, ControlClient } from "../control/client.ts";
import type { Answered, ToldEvent } from "../control/operation-handler.ts";
import { exitCodes, OperationFailure } from "../control/protocol.ts";
import { ConfigError, UserError } from "../errors.ts";
import { operations } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";
import { readVersion } from "../version.ts";
import type { Argument, Arguments } from "./arguments.ts";
import { type Context, defineCommand } from "./command.ts";
import type { Entry } from "./index.ts";
import { loadFor } from "./load.ts";

/** Operations as commands: what each takes follows from its schema. They ask the bridge that runs here. */
export const operationEntries: readonly Entry[] = operations.map((operation) => ({
  name: operation.name,
  description: operation.summary[0]?.toUpperCase() + operation.summary.slice(1),
  load: async () => ({ command: toCommand(operation) }),
}));

interface Field {
  readonly type?: string;
  readonly description?: string;
}

function toCommand(operation: Operation) {
  const schema = z.toJSONSchema(operation.input, { io: "input" }) as { properties?: Record<string, Field> };
  const fields = schema.properties ?? {};
  const operands = operation.operands ?? (operation.argument === undefined ? [] : [operation.argument]);
  const json = { type: "boolean", description: "Print the output as JSON" } as const;
  return defineCommand({
    args: { ...toArguments(fields, operands), json },
    run: async (values, context) => {
      const isJson = values["json"] === true;
      const print = isJson ? printJson : printWords;
      try {
        const { directory } = loadFor(context);
        const input = toInput(values as Values, { operation, fields, operands });
        const onEvent = (told: unknown) => print.event(told as ToldEvent, context);
        const asked = { input, signal: context.signal, ...(operation.tellEvent && { onEvent }) };
        const answered = await ask(join(directory, "takopi.sock"), operation.name, asked);
        print.output(answered, operation, context);
        return 0;
      } catch (failure) {
        const error = toOperationFailure(failure);
        if (error === undefined || (failure instanceof ConfigError && !isJson)) throw failure;
        print.failure(error, context);
        return exitCodes[error.code];
      }
    },
  });
}

function toOperationFailure(failure: unknown): OperationFailure | undefined {
  if (failure instanceof UserError) return new OperationFailure(failure.code, failure.userText);
  if (failure instanceof ConfigError) return new OperationFailure("usage", failure.message);
  return failure instanceof OperationFailure ? failure : undefined;
}

/** How what comes back is printed. */
interface Print {
  event(told: ToldEvent, to: Context): void;
  output(answered: Answered, operation: Operation, to: Context): void;
  failure(failure: OperationFailure, to: Context): void;
}

const printWords: Print = {
  event: ({ text }, { stdout }) => void (text !== undefined && stdout.write(`${clean(text)}\n`)),
  output: ({ text }, _operation, { stdout }) => void stdout.write(`${clean(text)}\n`),
  failure: ({ message }, { stderr }) => void stderr.write(`takopi: ${clean(message)}\n`),
};

const printJson: Print = {
  event: ({ event }, { stdout }) => void stdout.write(`${JSON.stringify(event)}\n`),
  // Its events have said all that there is.
  output: ({ output }, { tellEvent }, { stdout }) =>
    void (!tellEvent && stdout.write(`${JSON.stringify(output, null, 2)}\n`)),
  failure: ({ code, message }, { stdout }) => void stdout.write(`${JSON.stringify({ error: { code, message } })}\n`),
};

function toArguments(fields: Readonly<Record<string, Field>>, operands: readonly string[]): Arguments {
  const isRest = operands.length === 1;
  const operand = (name: string): [string, Argument] => [
    name,
    { type: "positional", required: false, description: fields[name]?.description ?? name, isRest },
  ];
  const flags = Object.entries(fields).filter(([name]) => !operands.includes(name));
  const flag = ([name, { type, description }]: [string, Field]): [string, Argument] => [
    name,
    { type: type === "boolean" ? "boolean" : "string", description: description ?? name },
  ];
  return Object.fromEntries([...operands.map(operand), ...flags.map(flag)]);
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

interface Shape {
  readonly operation: Operation;
  readonly fields: Readonly<Record<string, Field>>;
  readonly operands: readonly string[];
}

/**
 * The operation's own schema checks it; here words become numbers. Words without a name are read as in a chat, or else
 * fill the last operands.
 *
 * @throws UserError for words that the operation cannot read.
 */
function toInput(values: Values, { operation, fields, operands }: Shape): Record<string, unknown> {
  const words = operands.flatMap((name) => values[name] ?? []);
  const named = operands.slice(operands.length - words.length).map((name, index) => [name, words[index]] as const);
  const read = operation.read && words.length > 0 ? operation.read(words.join(" ")) : Object.fromEntries(named);
  const flags = Object.keys(fields).filter((name) => !operands.includes(name) && values[name] !== undefined);
  const all = [...Object.entries(read), ...flags.map((name) => [name, values[name]] as const)];
  return Object.fromEntries(all.map(([name, value]) => [name, toType(fields[name]?.type, value)]));
}

function toType(type: string | undefined, value: unknown): unknown {
  const isNumber = type === "integer" || type === "number";
  if (isNumber && typeof value === "string" && value.trim() !== "") return Number(value);
  return type === "array" && typeof value === "string" ? value.split(",") : value;
}

async function ask(
  path: string,
  operation: string,
  asked: Pick<Call, "input" | "signal" | "onEvent">,
): Promise<Answered> {
  const client = await ControlClient.connect(path, readVersion());
  try {
    return (await client.call({ operation, ...asked })) as Answered;
  } finally {
    client.close();
  }
}
