import type { Goal } from "./goal.ts";
import type { Question } from "./question.ts";
import type { Ability, ProcessMark } from "./run.ts";

/** An engine resumes a session with this. `value` is opaque above `runners/`. */
export interface ResumeToken {
  readonly engine: string;
  readonly value: string;
}

export type ActionKind =
  | "command"
  | "tool"
  | "file_change"
  | "web_search"
  | "subagent"
  | "note"
  | "turn"
  | "warning"
  | "telemetry";

export interface FileChange {
  /** As the engine named it: absolute, or relative to the run's directory. */
  readonly path: string;
  readonly verb: "add" | "update" | "delete";
}

/** Facts beside the title. Bounded: the output of an engine is cut to a preview first. */
export interface ActionDetail {
  readonly exitCode?: number;
  readonly changes?: readonly FileChange[];
  /** The end of a tool's output, 500 characters at most. */
  readonly output?: string;
  /** The engine's message about a failed action, 500 characters at most. */
  readonly error?: string;
}

export interface Action {
  /** Unique within a run. An action with an empty id is neither shown nor counted. */
  readonly id: string;
  readonly kind: ActionKind;
  readonly title: string;
  readonly detail: ActionDetail;
}

/**
 * Summed over the run's model calls. `inputTokens` leaves cached tokens out (they are `cacheReadTokens`);
 * `reasoningTokens` are a part of `outputTokens`. `costUsd` is absent if the engine does not price its models.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens?: number;
  readonly costUsd?: number;
  /** The part of the model's context that the session fills now, 0 to 1; absent if the engine does not tell. */
  readonly contextFill?: number;
}

/** The session is known. At most once a run; actions may come before it. */
export interface Started {
  readonly type: "started";
  readonly engine: string;
  readonly resume: ResumeToken;
  readonly title?: string;
  readonly meta?: Readonly<Record<string, string>>;
}

/** One step of the work. `completed` may come without a `started`; a repeated `started` is an update. */
export interface ActionEvent {
  readonly type: "action";
  readonly engine: string;
  readonly phase: "started" | "updated" | "completed";
  readonly action: Action;
  /** On `completed`: whether it worked. */
  readonly ok?: boolean;
  readonly level?: "info" | "warning" | "error";
  readonly message?: string;
}

/** The end: exactly one per run, and last. A failed engine is data: `ok: false` with `error`. */
export interface Completed {
  readonly type: "completed";
  readonly engine: string;
  readonly ok: boolean;
  /** The engine's answer as Markdown; "" if there is none. After a failure: the answer so far. */
  readonly answer: string;
  readonly error?: string;
  readonly resume?: ResumeToken;
  readonly usage?: Usage;
}

/** The whole answer so far, while it is being written. Only live engines send it. */
export interface TextSoFar {
  readonly type: "text";
  readonly engine: string;
  readonly text: string;
}

/** How far a session is with its goal. */
export interface GoalProgress {
  readonly type: "goal";
  readonly engine: string;
  readonly goal: Goal;
  /** Turns of this run count from 1. */
  readonly turn: number;
  /** Markdown to tell in a message of its own: the answer of a turn after which another begins. */
  readonly message?: string;
}

/** The engine waits for a person until the question is answered or taken back, or the run ends. */
export interface QuestionAsked {
  readonly type: "question";
  readonly engine: string;
  readonly question: Question;
}

/** A question needs no answer any more: somebody answered it, or the engine took it back. */
export interface QuestionResolved {
  readonly type: "resolved";
  readonly engine: string;
  readonly questionId: string;
}

/** The commands that the run takes from now on; comes again if they change. */
export interface Ready {
  readonly type: "ready";
  readonly can: readonly Ability[];
}

/** A process of the run exists; comes before any handshake with it. */
export interface ProcessStarted {
  readonly type: "process";
  readonly mark: ProcessMark;
}

/** The answer to a `steer` or `answer` command. */
export interface Acknowledged {
  readonly type: "ack";
  /** The command's id. */
  readonly id: string;
  readonly ok: boolean;
  /** Why the engine did not take it, one sentence for people; absent if the command came too late. */
  readonly problem?: string;
}

/** For the bridge alone: `takopi replay` shows none of them. */
export type ControlEvent = Ready | ProcessStarted | Acknowledged;

/** Events that people are shown; a recorded stream holds no others. */
export type ShownEvent =
  | Started
  | ActionEvent
  | TextSoFar
  | GoalProgress
  | QuestionAsked
  | QuestionResolved
  | Completed;

export type RunEvent = ShownEvent | ControlEvent;

/** Stops compilation when a `switch` forgets a member of a union. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
