import { type ErrorCode, UserError } from "../../errors.ts";
import type { Answer } from "./schema.ts";

/** What went wrong, as it travels; `otherwise` for what nobody there can fix. */
export const toAnswer = (error: unknown, otherwise: string): Answer =>
  error instanceof UserError
    ? { ok: false, problem: error.userText, code: error.code }
    : { ok: false, problem: otherwise };

/** @throws UserError that begins with `prefix`, if the answer is a failure. */
export function outputOf(answer: Answer, prefix = ""): unknown {
  if (answer.ok) return answer.value;
  throw new UserError(`${prefix}${answer.problem}`, { code: (answer.code ?? "failed") as ErrorCode });
}
