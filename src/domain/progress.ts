import type { Action, ActionEvent } from "./events.ts";

/** A line of the progress message. */
export interface ShownAction {
  readonly action: Action;
  readonly state: "started" | "updated" | "done" | "failed";
}

/** The sum of a run's events. Its size does not depend on their number. */
export interface ProgressState {
  /** Actions so far, turns left out; one that comes again long after it ended counts again. */
  readonly steps: number;
  /** The last five actions by first appearance, oldest first. */
  readonly shown: readonly ShownAction[];
  /** Ids of actions that began and have not ended: while there is one, silence is normal. */
  readonly open: readonly string[];
}

const SHOWN_ACTIONS = 5;
/** An engine that never ends its actions must not fill the memory. */
const OPEN_ACTIONS = 100;

export const initialProgress = (): ProgressState => ({ steps: 0, shown: [], open: [] });

export function reduceProgress(state: ProgressState, event: ActionEvent): ProgressState {
  const { id, kind } = event.action;
  if (id === "" || kind === "turn") return state;
  const index = state.shown.findIndex(({ action }) => action.id === id);
  const isOpen = state.open.includes(id);
  const line: ShownAction = { action: event.action, state: stateOf(event, isOpen) };
  const isNew = index < 0 && !isOpen;
  return {
    steps: state.steps + (isNew ? 1 : 0),
    shown:
      index >= 0 ? state.shown.with(index, line) : isNew ? [...state.shown, line].slice(-SHOWN_ACTIONS) : state.shown,
    open: openAfter(state.open, event, isOpen),
  };
}

function stateOf({ phase, ok, action }: ActionEvent, isOpen: boolean): ShownAction["state"] {
  if (phase === "started") return isOpen ? "updated" : "started";
  if (phase === "updated") return "updated";
  return (ok ?? (action.detail.exitCode ?? 0) === 0) ? "done" : "failed";
}

/** Notes and warnings have no end: an open one does not mean that the engine is busy. */
function openAfter(open: readonly string[], { phase, action }: ActionEvent, isOpen: boolean): readonly string[] {
  if (phase === "completed") return isOpen ? open.filter((id) => id !== action.id) : open;
  if (isOpen || action.kind === "note" || action.kind === "warning" || action.kind === "telemetry") return open;
  return [...open, action.id].slice(-OPEN_ACTIONS);
}
