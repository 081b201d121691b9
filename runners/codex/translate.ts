import type { ActionEvent, Completed, ShownEvent } from "../../src/domain/events.ts";
import { explain, plainMessage } from "./failure.ts";
import { ended, step, toAction, toStep } from "./items.ts";
import type { CodexItem, CodexLine, ThreadTokens } from "./schema.ts";
import { NO_TOKENS, runUsage } from "./usage.ts";

export interface CodexState {
  /** The title of the run: codex's name, or that of the profile in use. */
  readonly title: string;
  /** Taken off the paths in titles; undefined if it is not known. */
  readonly cwd: string | undefined;
  /** The thread's totals before this run; undefined if they could not be found out, and then no usage is told. */
  readonly before: ThreadTokens | undefined;
  readonly thread: string | undefined;
  readonly turns: number;
  readonly warnings: number;
  /** The agent's last words. */
  readonly answer: string;
  /** The message that holds `answer`, until it is known whether more work follows it: then it is shown as a note. */
  readonly held: CodexItem | undefined;
  readonly reconnecting: boolean;
}

export const initial: CodexState = {
  title: "Codex",
  cwd: undefined,
  before: NO_TOKENS,
  thread: undefined,
  turns: 0,
  warnings: 0,
  answer: "",
  held: undefined,
  reconnecting: false,
};

type Translation = readonly [CodexState, readonly ShownEvent[]];

/** Only `turn.completed` and `turn.failed` end a turn; a top-level `error` may be followed by an answer. */
export function translate(state: CodexState, line: CodexLine): Translation {
  switch (line.type) {
    case "thread.started": {
      const resume = { engine: "codex", value: line.thread_id };
      return [{ ...state, thread: line.thread_id }, [{ type: "started", engine: "codex", resume, title: state.title }]];
    }
    case "turn.started": {
      const turns = state.turns + 1;
      const action = toAction(`turn_${turns}`, "turn", "turn started");
      return [{ ...state, turns, answer: "", held: undefined }, [step(action, "started")]];
    }
    case "item.started":
      return translateItem(state, "started", line.item);
    case "item.updated":
      return translateItem(state, "updated", line.item);
    case "item.completed":
      return translateItem(state, "completed", line.item);
    case "error":
      return translateError(state, line.message);
    case "turn.completed": {
      const usage = state.before && line.usage ? runUsage(state.before, line.usage) : undefined;
      return [state, [{ ...outcome(state), ok: true, ...(usage && { usage }) }]];
    }
    case "turn.failed":
      return [state, [{ ...outcome(state), ok: false, error: explain(plainMessage(line.error.message)) }]];
  }
}

/** The end of a run as far as it got: the answer so far and the thread, not ok. */
export function outcome(state: CodexState): Completed {
  const { thread, answer } = state;
  const resume = thread === undefined ? undefined : { engine: "codex", value: thread };
  return { type: "completed", engine: "codex", ok: false, answer, ...(resume && { resume }) };
}

function translateItem(state: CodexState, phase: ActionEvent["phase"], item: CodexItem): Translation {
  if (item.type === "agent_message") return phase === "completed" ? translateMessage(state, item) : [state, []];
  const event = toStep(item, phase, state.cwd);
  if (event === undefined) return [state, []];
  // A todo list is closed, and a warning may come, after the answer: neither makes it a remark on the way.
  const isWork = item.type !== "todo_list" && item.type !== "error";
  if (!isWork) return [state, [event]];
  const [next, notes] = goOn(state);
  notes.push(event);
  return [next, notes];
}

/** This version tells no phase. In others a `commentary` is a note at once and never the answer. */
function translateMessage(state: CodexState, item: CodexItem & { type: "agent_message" }): Translation {
  const [next, notes] = goOn(state);
  if (item.phase === "commentary") return [next, [...notes, note(item.id, item.text)]];
  return [{ ...next, answer: item.text, held: item }, notes];
}

/** The work goes on: words held back were a remark on the way, and codex is connected. */
function goOn(state: CodexState): [CodexState, ActionEvent[]] {
  const { held, reconnecting } = state;
  if (held === undefined && !reconnecting) return [state, []];
  const notes: ActionEvent[] = [];
  if (held?.type === "agent_message") notes.push(note(held.id, held.text));
  if (reconnecting) notes.push(note(RECONNECT_ID, "Reconnected"));
  return [{ ...state, held: undefined, reconnecting: false }, notes];
}

const RECONNECT_ID = "codex.reconnect";

function translateError(state: CodexState, message: string): Translation {
  if (message.startsWith("Reconnecting...")) {
    const phase = state.reconnecting ? "updated" : "started";
    return [{ ...state, reconnecting: true }, [step(toAction(RECONNECT_ID, "note", message), phase)]];
  }
  const warnings = state.warnings + 1;
  const action = toAction(`codex.note.${warnings}`, "warning", plainMessage(message));
  return [{ ...state, warnings }, [{ ...ended(action, false), level: "warning" }]];
}

const note = (id: string, text: string): ActionEvent => ended(toAction(id, "note", text), true);
