import type { ShownEvent } from "../domain/events.ts";
import type { Reply } from "../domain/question.ts";
import type { Attachment, ProcessMark } from "../domain/run.ts";
import type { Tap } from "./tap.ts";

/** Where the events of a run go. After `completed` nothing more is taken. */
export interface RunOutput {
  /**
   * A second `started` is dropped; a `completed` without a session gets the one that was started. A `text` holds all of
   * the answer as it stands, and may be pushed as often as it grows.
   */
  push(event: ShownEvent): void;
}

/** Commands that the engine takes while it works. */
export interface Controls {
  /** Ends the turn alone; the driver sees it as a stop. */
  readonly interrupt?: true;
  /** Resolves when the turn has the message. @throws EngineError if it does not reach the turn. */
  steer?(text: string, images: readonly Attachment[]): Promise<void>;
  /** False if the question waits no longer. @throws EngineError if the engine refuses the reply. */
  answer?(questionId: string, reply: Reply): Promise<boolean>;
}

/** A run as its driver sees it. */
export interface RunContext extends RunOutput {
  /** Aborted with the reason of the stop. The outcome gets that reason whatever it is. */
  readonly stopped: AbortSignal;
  /** Hears what the engine says and is told, if the run is recorded. */
  readonly tap?: Tap | undefined;
  /** Call it as soon as a process works for the run, before it is asked anything. */
  announce(mark: ProcessMark): void;
  /** Commands are passed on from now on. */
  ready(controls: Controls): void;
  /** Resolves when all events were read, or the run is stopped: for output that must not pile up. */
  drained(): Promise<void>;
}

/** The part that differs between ways to run an engine. */
export interface Driver {
  /** Resolves when the outcome was pushed and nothing of the run lives; what it throws becomes the outcome. */
  drive(context: RunContext): Promise<void>;
  /** For a run that did not end when asked. The run is over soon after this, even if `drive` has not ended. */
  force(): Promise<void>;
}
