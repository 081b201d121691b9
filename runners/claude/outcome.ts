import type { Completed } from "../../src/domain/events.ts";
import type { Exit } from "../../src/engine/define.ts";
import type { ClaudeLine } from "./schema.ts";
import { type ClaudeState, type Outcome, toCompleted } from "./state.ts";

type Result = Extract<ClaudeLine, { type: "result" }>;

/** The reason of a failed turn. `is_error` says that it failed; the subtype may still say success. */
export function toError({ result, errors, subtype, terminal_reason }: Result): string {
  const said = result?.trim() || errors?.find((error) => !error.startsWith("[ede_diagnostic]"));
  return withAdvice(said || `claude's turn failed (${terminal_reason ?? subtype}).`);
}

export const NO_ANSWER = "claude finished without an answer.";

/** The run's outcome after the turns so far: the last turn decides. */
export function toOutcome({ error, hasResult, answers }: ClaudeState): Outcome {
  if (error !== undefined) return { ok: false, error };
  if (!hasResult) return { ok: false, error: "claude ended without a result." };
  return answers.length > 0 ? { ok: true } : { ok: false, error: NO_ANSWER };
}

/** The outcome of a stream that ended without `idle`. */
export function end(state: ClaudeState, exit: Exit): Completed {
  const fail = (error: string) => toCompleted(state, { ok: false, error });
  if (exit.stopped !== undefined) return fail(exit.stopped);
  if (state.hasResult) return toCompleted(state, toOutcome(state));
  const how = exit.signal ?? (exit.code ? `exit code ${exit.code}` : undefined);
  const what = state.resume ? "claude ended before it was done" : "claude did not start the task";
  const stderr = exit.stderr === "" ? "" : `\n${withAdvice(exit.stderr)}`;
  return fail(`${what}${how === undefined ? "" : ` (${how})`}.${stderr}`);
}

/** The next step for failures that claude's own words leave open. */
function withAdvice(text: string): string {
  if (/Not logged in|Please run \/login/i.test(text)) {
    return `${text}\nRun \`claude\` in a terminal on this machine and log in, or set \`claude.use_api_billing = true\` with ANTHROPIC_API_KEY for the bridge.`;
  }
  return text;
}
