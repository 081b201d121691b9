import { EngineError } from "../errors.ts";

/** An engine lacks a method: whoever needed it loses one ability, and no other. */
export class MissingMethod extends EngineError {
  /**
   * @param said The engine's words, or what it lacks.
   * @param next What a person can do about it.
   */
  constructor(label: string, said: string, next = "`takopi doctor` names the versions that were tested") {
    super(`The installed version of ${label} cannot do this (${said}): ${next}.`);
  }
}

/** The result of a call for what a run can do without; undefined if the engine lacks the method. */
export const ifKnown = <Result>(call: Promise<Result>): Promise<Result | undefined> =>
  call.catch((error: unknown) => {
    if (error instanceof MissingMethod) return undefined;
    throw error;
  });
