import { EngineError } from "../errors.ts";

/** An engine lacks a method: whoever needed it loses one ability, and no other. */
export class MissingMethod extends EngineError {
  /** @param said The engine's words, or what it lacks. */
  constructor(label: string, said: string) {
    super(
      `The installed version of ${label} cannot do this (${said}): \`takopi doctor\` names the versions that were tested.`,
    );
  }
}

/** The result of a call for what a run can do without; undefined if the engine lacks the method. */
export const ifKnown = <Result>(call: Promise<Result>): Promise<Result | undefined> =>
  call.catch((error: unknown) => {
    if (error instanceof MissingMethod) return undefined;
    throw error;
  });
