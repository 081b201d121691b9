import { beginningOf } from "../../../src/domain/cut.ts";
import type { Action, ActionEvent, ShownEvent } from "../../../src/domain/events.ts";
import { ENGINE, type PiState, withKept } from "../state.ts";
import { translate } from "../translate.ts";
import type { LiveLine } from "./schema.ts";

/** The state of a turn after the lines so far. */
export interface TurnState {
  readonly run: PiState;
  /** The model's text of its current message. */
  readonly draft: string;
  /** Added messages that the model has not been given yet. */
  readonly waiting: readonly string[];
  /** pi's next step after an attempt, and whether more will follow. */
  readonly after?: "retry" | "compaction" | undefined;
  /** Messages of extensions so far. */
  readonly told: number;
}

export const firstTurn = (run: PiState): TurnState => ({ run, draft: "", waiting: [], told: 0 });

type Step = readonly [TurnState, readonly ShownEvent[]];

/** A piece of the model's text. */
export function addText(state: TurnState, delta: string): Step {
  if (delta === "") return [state, []];
  const draft = state.draft + delta;
  return [{ ...state, draft }, [{ type: "text", engine: ENGINE, text: withKept(state.run, draft) }]];
}

/** One line of pi's RPC mode; questions and answers to commands are not its business. */
export function translateLine(state: TurnState, line: LiveLine): Step {
  switch (line.type) {
    case "response":
      return [state, []];
    case "queue_update":
      return [{ ...state, waiting: line.steering }, []];
    case "extension_ui_request":
      return line.method === "notify" ? addNote(state, line.message, LEVELS[line.notifyType]) : [state, []];
    case "extension_error":
      return addNote(state, `an extension failed: ${line.error}`, "warning");
    default: {
      const [run, events] = translate(state.run, line);
      return [{ ...state, run, ...afterwards(state, line) }, events];
    }
  }
}

function afterwards(state: TurnState, line: LiveLine): Partial<TurnState> {
  switch (line.type) {
    case "message_end":
      return { draft: "" };
    case "agent_start":
    case "auto_retry_end":
      return { after: undefined };
    case "auto_retry_start":
      return { after: "retry" };
    case "compaction_start":
      return { after: "compaction" };
    case "compaction_end":
      return { after: line.willRetry ? "retry" : undefined };
    default:
      return { after: state.after };
  }
}

/** Whether this line may be the turn's last: only new pi says so outright. */
export const isAttemptOver = ({ run, after }: TurnState, line: LiveLine): boolean =>
  ATTEMPT_ENDS.has(line.type) && run.phase === "ended" && after === undefined;

const ATTEMPT_ENDS: ReadonlySet<LiveLine["type"]> = new Set(["agent_end", "auto_retry_end", "compaction_end"]);

const LEVELS: Readonly<Record<string, ActionEvent["level"]>> = { warning: "warning", error: "error" };

function addNote(state: TurnState, text: string, level: ActionEvent["level"] = "info"): Step {
  const title = beginningOf(text.trim(), TITLE_LENGTH);
  if (title === "") return [state, []];
  const kind = level === "info" ? "note" : "warning";
  const action: Action = { id: `${ENGINE}.extension.${state.told}`, kind, title, detail: {} };
  const event: ActionEvent = {
    type: "action",
    engine: ENGINE,
    phase: "completed",
    action,
    ok: level !== "error",
    level,
  };
  return [{ ...state, told: state.told + 1 }, [event]];
}

/** In characters. */
const TITLE_LENGTH = 1000;
