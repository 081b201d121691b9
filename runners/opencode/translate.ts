import { beginningOf } from "../../src/domain/cut.ts";
import { type ActionEvent, assertNever, type ShownEvent } from "../../src/domain/events.ts";
import { hasEnded, toAction, toProgress } from "./actions.ts";
import { isOverflow, readFailure } from "./failure.ts";
import type { OpencodeLine, ToolPart } from "./schema.ts";
import { addUsage, ENGINE, join, type OpencodeState, warn } from "./state.ts";

type Translation = readonly [OpencodeState, readonly ShownEvent[]];

/** Pure. The end of the process decides the outcome: opencode may continue after a `stop`, and after an error. */
export function translate(state: OpencodeState, line: OpencodeLine): Translation {
  // opencode has no line of its own for the session: its id is on every line.
  const { sessionID: session } = line;
  if (session === undefined || session === state.session) return step(state, line);
  const resume = { engine: ENGINE, value: session };
  const [next, events] = step({ ...state, session }, line);
  return [next, [{ type: "started", engine: ENGINE, resume, title: state.title }, ...events]];
}

function step(state: OpencodeState, line: OpencodeLine): Translation {
  switch (line.type) {
    case "step_start":
      return [{ ...state, answerBefore: state.answer }, []];
    case "text":
      return withText(state, line.part);
    case "reasoning":
      return [state, toThought(line.part)];
    case "tool_use":
      if (!hasEnded(line.part)) return [state, [toProgress(line.part, "started")]];
      return [withRefusal(state, line.part), [toAction(line.part)]];
    case "step_finish": {
      const { reason } = line.part;
      const usage = addUsage(state.usage, line.part);
      const finished = { ...state, reason, isCompacting: false, usage };
      return reason === "length" ? warned(finished, CUT_OFF) : [finished, []];
    }
    case "error": {
      const failed = { ...state, failure: readFailure(line), reason: undefined };
      return isOverflow(line) ? warned({ ...failed, isCompacting: true }, COMPACTING) : [failed, []];
    }
    default:
      return assertNever(line);
  }
}

const CUT_OFF = "The model reached its output limit.";
const COMPACTING = "The conversation outgrew the model's context; opencode sums it up and goes on.";

function withText(state: OpencodeState, part: Extract<OpencodeLine, { type: "text" }>["part"]): Translation {
  // The step before was the summary for the model, and the answer is yet to come.
  if (part.metadata?.compaction_continue) return [{ ...state, answer: state.answerBefore, reason: undefined }, []];
  if (part.synthetic || state.isCompacting) return [state, []];
  return [{ ...state, answer: join(state.answer, part.text) }, []];
}

function toThought({ id, text }: { id: string; text: string }): ActionEvent[] {
  const title = beginningOf(text.trim(), 1000);
  if (title === "") return [];
  const action = { id, kind: "note", title, detail: {} } as const;
  return [{ type: "action", engine: ENGINE, phase: "completed", action, ok: true }];
}

/** The words are those of opencode's `PermissionRejectedError`, 1.18.33. */
function withRefusal(state: OpencodeState, { tool, state: { error, input } }: ToolPart): OpencodeState {
  if (!error?.startsWith("The user rejected permission")) return state;
  const command = input["command"];
  return { ...state, refused: typeof command === "string" ? `${tool} (${beginningOf(command, 200)})` : tool };
}

function warned(state: OpencodeState, title: string): Translation {
  const [next, event] = warn(state, title);
  return [next, [event]];
}
