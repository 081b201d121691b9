import type { Reply } from "./question.ts";

/** A file that comes with a prompt. */
export interface Attachment {
  /** Absolute, on the machine of the run. */
  readonly path: string;
  readonly name: string;
  readonly mime?: string;
}

/** What a run is to do. JSON. */
export interface RunSpec {
  /** Marks every process of the run through `TAKOPI_RUN_ID`. */
  readonly runId: string;
  readonly engine: string;
  /** The session to resume; absent for a new one. */
  readonly session?: string;
  readonly project?: string | null;
  readonly branch?: string | null;
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  /** What the chat chose over the config. */
  readonly overrides: { readonly model?: string };
  readonly instructions?: string;
}

/** What a person, or the bridge for them, wants of a run under way. JSON. `id` comes back in an `ack`. */
export type RunCommand =
  /** The first reason wins, and becomes the run's error. */
  | { readonly type: "stop"; readonly reason: string }
  /** Ends the turn and keeps the session ready; the run completes as stopped. */
  | { readonly type: "interrupt" }
  | { readonly type: "steer"; readonly id: string; readonly text: string }
  | { readonly type: "answer"; readonly id: string; readonly questionId: string; readonly reply: Reply };

/** What may be done to a run beside stopping it. */
export type Control = "steer" | "interrupt" | "answer";

/** Enough to recognise a process after a restart of the bridge, and never to mistake another for it. */
export interface ProcessMark {
  /** Leader of its own process group. */
  readonly pid: number;
  /** Start time as the kernel gives it (Linux: clock ticks since boot); "" if it cannot be read. */
  readonly startTime: string;
  /** Of a server that outlives its runs: what all its processes carry instead of a run's id. */
  readonly markId?: string;
}
