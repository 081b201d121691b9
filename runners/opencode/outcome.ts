import type { Completed } from "../../src/domain/events.ts";
import type { Exit } from "../../src/engine/define.ts";
import { describeExit } from "../../src/engine/exit.ts";
import { explainFailure } from "./failure.ts";
import { ENGINE, join, type OpencodeState } from "./state.ts";

/** The outcome, which is certain only when the process is gone; `exit` alone proves nothing either way. */
export function end(state: OpencodeState, exit: Exit): Completed {
  const { session, usage } = state;
  const known = {
    ...(session !== undefined && { resume: { engine: ENGINE, value: session } }),
    ...(usage && { usage }),
  };
  const error = findFailure(state, exit);
  if (error !== undefined) {
    return { type: "completed", engine: ENGINE, ok: false, answer: state.answer, error, ...known };
  }
  const answer = state.reason === "length" ? join(state.answer, CUT_OFF) : state.answer;
  return { type: "completed", engine: ENGINE, ok: true, answer, ...known };
}

const CUT_OFF = "(Cut off here: the model reached its output limit. Ask it to go on.)";

function findFailure(state: OpencodeState, exit: Exit): string | undefined {
  if (exit.stopped !== undefined) return exit.stopped;
  if (exit.signal !== undefined) return describeExit("opencode", exit);
  // After a context overflow that it got over, opencode answers in full and still exits with 1.
  if (state.failure) return isDone(state) ? undefined : explainFailure(state.failure, state.isGuarded);
  if (exit.code !== 0) return describeExit("opencode", { ...exit, stderr: tidy(exit.stderr) });
  if (isDone(state)) return undefined;
  return findSilentFailure(state, exit.stderr);
}

/** Whether the newest step ended the turn; some providers say `other` or `unknown` for a plain end. */
const isDone = ({ reason }: OpencodeState): boolean =>
  reason !== undefined && !["tool-calls", "content-filter", "error"].includes(reason);

/** Exit code 0, no error line, and yet no end of the turn. */
function findSilentFailure(state: OpencodeState, stderr: string): string {
  const refused = refusedPermissions(stderr) || state.refused;
  if (refused) {
    return (
      `opencode needed a permission that nobody could give, and stopped: ${refused}. ` +
      "Allow it under `opencode.permission` in takopi.toml, or in opencode's own config."
    );
  }
  if (state.reason === "content-filter") return "The model's provider withheld the answer (content filter).";
  if (state.session === undefined) return withStderr("opencode finished but no session_id was captured", stderr);
  return withStderr("opencode finished without a result event", stderr);
}

/** As opencode writes them to stderr: `! permission requested: bash (rm -f x); auto-rejecting`. */
const refusedPermissions = (stderr: string): string =>
  [...stderr.matchAll(/permission requested: (.*); auto-rejecting/gu)].map(([, what = ""]) => what).join(", ");

/** Without the label that opencode puts before every error. */
const tidy = (stderr: string): string => stderr.replace(/^Error: /u, "");

const withStderr = (sentence: string, stderr: string): string => (stderr ? `${sentence}\n${tidy(stderr)}` : sentence);
