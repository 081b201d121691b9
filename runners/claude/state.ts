import type { Action, Completed, ResumeToken, Usage } from "../../src/domain/events.ts";
import { type ContextRead, NOTHING_USED } from "./usage.ts";

export const ENGINE = "claude";

/** The state of a run after the lines so far. */
export interface ClaudeState {
  readonly cwd?: string | undefined;
  readonly resume?: ResumeToken | undefined;
  /** Tools under way, by call id. */
  readonly open: ReadonlyMap<string, Action>;
  /** Calls whose work continues in the background after their result, by the id of the task. */
  readonly background: ReadonlyMap<string, string>;
  /** The answers of the turns so far: work in the background makes further turns. */
  readonly answers: readonly string[];
  /** The last text that the model wrote to the person, in case that a turn ends without a result. */
  readonly draft: string;
  /** Why the last turn failed; absent if it did not, or none has ended. */
  readonly error?: string | undefined;
  readonly hasResult: boolean;
  /** The session's counters when the run began, and now. */
  readonly before: Usage;
  readonly used?: Usage | undefined;
  /** Read by the session's own model; absent once its context was shortened. */
  readonly read?: ContextRead | undefined;
  readonly contextFill?: number | undefined;
  /** Numbers notes and warnings. */
  readonly notes: number;
}

export const initialState: ClaudeState = {
  ...{
    open: new Map(),
    background: new Map(),
    answers: [],
    draft: "",
    hasResult: false,
    before: NOTHING_USED,
    notes: 0,
  },
};

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** A `completed` event with what the state holds. */
export function toCompleted(state: ClaudeState, outcome: Outcome): Completed {
  const { resume, answers, draft, used, before, contextFill } = state;
  return {
    type: "completed",
    engine: ENGINE,
    ...outcome,
    answer: answers.length > 0 ? answers.join("\n\n") : draft,
    ...(resume && { resume }),
    ...(used && { usage: { ...subtract(used, before), ...(contextFill !== undefined && { contextFill }) } }),
  };
}

function subtract(now: Usage, before: Usage): Usage {
  const less = (key: "inputTokens" | "outputTokens" | "cacheReadTokens" | "cacheWriteTokens") =>
    Math.max(0, now[key] - before[key]);
  return {
    inputTokens: less("inputTokens"),
    outputTokens: less("outputTokens"),
    cacheReadTokens: less("cacheReadTokens"),
    cacheWriteTokens: less("cacheWriteTokens"),
    costUsd: Math.max(0, (now.costUsd ?? 0) - (before.costUsd ?? 0)),
  };
}
