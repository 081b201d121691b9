import type { Action, Completed, ResumeToken, Usage } from "../../src/domain/events.ts";

export const ENGINE = "pi";

/** The state of a run after the lines so far. */
export interface PiState {
  /** Shown with `started`. */
  readonly title: string;
  /** From the command line, shown with `started`. */
  readonly meta: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /** The session that pi reported. */
  readonly resume?: ResumeToken;
  /** Tools under way, by call id: several run side by side. */
  readonly open: ReadonlyMap<string, Action>;
  /** Before `agent_start`, after it, after `agent_end`. */
  readonly phase: "waiting" | "working" | "ended";
  /** The last text that the model wrote to the person; "" before there is one. */
  readonly answer: string;
  /** Answers to messages before the last one that was added; "" if there are none. */
  readonly kept: string;
  /** How the last model call ended. */
  readonly last?: { readonly stopReason: string; readonly errorMessage?: string | undefined };
  readonly usage?: Usage;
  /** Retries and compactions so far; each keeps one line of the progress message. */
  readonly notes: number;
}

export const initialState: PiState = {
  title: ENGINE,
  meta: {},
  open: new Map(),
  phase: "waiting",
  answer: "",
  kept: "",
  notes: 0,
};

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: string };

export const withKept = ({ kept }: PiState, text: string): string => [kept, text].filter(Boolean).join("\n\n");

/** A `completed` event with what the state holds. */
export function toCompleted(state: PiState, outcome: Outcome): Completed {
  return {
    type: "completed",
    engine: ENGINE,
    ...outcome,
    answer: withKept(state, state.answer),
    ...(state.resume && { resume: state.resume }),
    ...(state.usage && { usage: state.usage }),
  };
}
