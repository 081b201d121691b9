import type { GoalTerms } from "./goal.ts";
import type { Reply } from "./question.ts";

/** Things to do with a running turn, or with a session between its runs. */
export type Ability = "steer" | "interrupt" | "answer" | SessionAbility;
export type SessionAbility = "compact" | "fork" | "undo" | "rename" | "models" | "goal" | "brief";
/** Things to ask a machine about sessions: `sessions` and `usage` need no server, and `end` ends the warm one. */
export type SessionOperation = SessionAbility | "sessions" | "commands" | "usage" | "end";

/** A session that an engine has saved, whoever began it. */
export interface FoundSession {
  readonly session: string;
  /** Its name, or how its first prompt begins; as the engine has it. */
  readonly title: string;
  /** When it was last at work, ms since 1970. */
  readonly at: number;
}

/** What an engine tells of a session as a whole, whoever used it; what it does not tell is absent. */
export interface SessionUsage {
  readonly model?: string;
  readonly turns?: number;
  /** Of all kinds, cached ones included. */
  readonly tokens?: number;
  readonly costUsd?: number;
  /** The part of the context that is full, 0 to 1. */
  readonly contextFill?: number;
}

/** A file that came with the prompt, or with what was added to the turn. */
export interface Attachment {
  /** Absolute, on the machine that carries the run out. */
  readonly path: string;
  readonly mime: string;
  /** Bytes. */
  readonly size: number;
}

/** One run as it is asked for: JSON, so that any machine can carry it out. */
export interface RunSpec {
  /** Marks every process of the run. */
  readonly runId: string;
  readonly engine: string;
  /** The session to continue; absent for a new one. */
  readonly session?: string;
  readonly project?: string;
  readonly branch?: string;
  /** The machine that it is bound to, "" for the bridge's own; that of the project if absent. */
  readonly machine?: string;
  readonly prompt: string;
  /** The prompt is one of the engine's own commands, `/name words`, and reaches it as it is. */
  readonly isCommand?: true;
  readonly attachments: readonly Attachment[];
  /** Over the options of the config. */
  readonly overrides: {
    readonly model?: string;
    readonly reasoning?: string;
    /** Options of the engine that the presets set. */
    readonly preset?: Readonly<Record<string, string>>;
  };
  /** The run lasts until the goal is reached, paused or out of budget. */
  readonly goal?: GoalTerms;
  /** Tokens for a goal that the session has without a budget, if a person has the run continue it. */
  readonly goalBudget?: number;
  /** Proves that a call of takopi's own tools comes from this run; absent if its engine gets none. */
  readonly toolsToken?: string;
  /** In place of the token, which stays where it is: another machine makes one of its own. */
  readonly hasTools?: true;
}

/**
 * Commands to a run. The first `stop` or `interrupt` wins. Each `steer` and `answer` gets its `ack` before `completed`;
 * a later one gets none.
 */
export type RunCommand =
  | { readonly type: "stop"; readonly reason: string }
  /** Ends the turn and keeps the session. */
  | { readonly type: "interrupt" }
  /** Adds a message to the running turn. */
  | {
      readonly type: "steer";
      readonly id: string;
      readonly text: string;
      readonly attachments?: readonly Attachment[];
    }
  | { readonly type: "answer"; readonly id: string; readonly questionId: string; readonly reply: Reply };

/** Enough to recognise a process after a restart of the bridge without mistaking another for it. */
export interface ProcessMark {
  /** Leader of its own process group. */
  readonly pid: number;
  /** Start time as the kernel gives it (Linux: clock ticks since boot); "" if it cannot be read. */
  readonly startTime: string;
  /** For a server that outlives its runs: all its processes carry this instead of a run's id. */
  readonly markId?: string;
}
