import type { Completed } from "../../../src/domain/events.ts";
import type { Ending } from "../../../src/engine/process.ts";
import { end } from "../outcome.ts";
import type { OpencodeState } from "../state.ts";
import type { LiveState } from "./state.ts";
import { answerSoFar } from "./translate.ts";

/** The outcome of a session that rests. */
export function toOutcome(state: LiveState): Completed {
  const run = withAnswer(state);
  const outcome = end(run, { code: 0, signal: undefined, stderr: "", stopped: undefined });
  return run.refused === undefined || outcome.ok || run.failure !== undefined
    ? outcome
    : { ...outcome, error: `opencode stopped there, for it was not allowed to: ${run.refused}.` };
}

/** The outcome of a turn whose server ended in the middle of it. */
export function toCrash(state: LiveState, ending: Ending): Completed {
  const { code, signal, stderr } = ending;
  const how = signal === undefined ? `exit code ${code ?? "unknown"}` : signal;
  const stopped = `opencode's server ended in the middle of the work (${how}).${stderr === "" ? "" : `\n${stderr}`}`;
  return end(withAnswer(state), { ...ending, stopped });
}

/** A turn that was cut short keeps what was written of a text. */
const withAnswer = (state: LiveState): OpencodeState => ({ ...state.run, answer: answerSoFar(state) });
