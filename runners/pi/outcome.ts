import type { Completed } from "../../src/domain/events.ts";
import type { Exit } from "../../src/engine/define.ts";
import { toReadableError } from "./readable-error.ts";
import { type Outcome, type PiState, toCompleted } from "./state.ts";

/** The run's outcome after the last model call: pi exits with 0 even if it failed. */
export function toOutcome({ last, answer, kept }: PiState): Outcome {
  if (last === undefined) return { ok: false, error: "pi ended without asking the model." };
  if (last.stopReason === "error" || last.stopReason === "aborted") {
    return { ok: false, error: withAdvice(toReadableError(last.errorMessage || `pi run ${last.stopReason}`)) };
  }
  if (answer !== "" || kept !== "") return { ok: true };
  return {
    ok: false,
    error:
      last.stopReason === "length"
        ? "The model reached its output limit before it wrote an answer."
        : "pi finished without an answer.",
  };
}

/** The run's outcome after pi refused its prompt. */
export const toRefusal = (message: string): Outcome => ({ ok: false, error: withAdvice(toReadableError(message)) });

/** The outcome of a stream that ended without `agent_settled`: every run of old pi, and whatever was cut off. */
export function end(state: PiState, exit: Exit): Completed {
  const fail = (error: string) => toCompleted(state, { ok: false, error });
  if (exit.stopped !== undefined) return fail(exit.stopped);
  if (state.phase === "ended") return toCompleted(state, toOutcome(state));
  if (state.phase === "waiting") return fail(toStartError(state, exit));
  return fail(`pi ended before it was done${describeExit(exit)}.${quote(exit.stderr)}`);
}

function toStartError(state: PiState, exit: Exit): string {
  if (exit.stderr !== "") return `pi did not start the task${describeExit(exit)}.${quote(withAdvice(exit.stderr))}`;
  if (exit.code === 0) {
    return state.resume
      ? "pi found nothing to do: the prompt is empty, or an extension took it."
      : "pi ended without a word; it may have asked a question on a terminal that is not there.";
  }
  return `pi did not start the task${describeExit(exit)} and printed no reason.`;
}

function describeExit({ code, signal }: Exit): string {
  if (signal !== undefined) return ` (${signal})`;
  return code === undefined || code === 0 ? "" : ` (exit code ${code})`;
}

const quote = (stderr: string): string => (stderr === "" ? "" : `\n${stderr}`);

/** The next step for failures that pi's own words leave open. The words are those of 0.74.2 and 1.5.2. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^SyntaxError: .*enableCompileCache.*$/m,
    "This pi needs a newer Node (22.19 or later): let `pi.cmd` point to a pi that has one.",
  ],
  [
    /^No API key found.*$/im,
    "Run `pi` in a terminal on this machine and use /login, or let the key through with `pi.env_passthrough`.",
  ],
  [/^401\b.*/, "The provider refused pi's credentials: run `pi` in a terminal on this machine and use /login."],
  // pi tells nobody of a models.json that it cannot read, unless it lists its models.
  [
    /^.*Unknown provider ".*$/m,
    "If your models.json has it, `takopi doctor` says why pi cannot read that file; else correct `pi.provider`.",
  ],
  [/^.*--provider requires --model.*$/m, "Set `pi.model` beside `pi.provider`."],
];

/** The line with the advice replaces the rest, which is a stack or a list of files. */
function withAdvice(text: string): string {
  for (const [pattern, advice] of ADVICE) {
    const line = pattern.exec(text)?.[0];
    if (line !== undefined) return `${line}\n${advice}`;
  }
  return text;
}
