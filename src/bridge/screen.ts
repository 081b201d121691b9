import type { GoalProgress } from "../domain/events.ts";
import type { ProgressState } from "../domain/progress.ts";
import type { StoredRun } from "../store/stored-run.ts";

/** The content of a run's progress message; the screen itself counts the elapsed time. */
export interface RunView {
  readonly label: "queued" | "paused" | "starting" | "working" | "waiting for you" | "stopping";
  readonly progress: ProgressState;
  /** 1 = next. */
  readonly place?: number;
  /** How long it has run or waited by now. */
  elapsedMs(): number;
  readonly resumeLine?: string;
  /** The run's directory, once it has one: paths below it are shown without it. */
  readonly cwd?: string;
  /** The run's goal, and the turn that works towards it. */
  readonly goal?: Pick<GoalProgress, "goal" | "turn">;
  /** The run waits, and its task can be added to the turn that it waits for. */
  readonly canSteer?: boolean;
  /** A notice about the run for the person. */
  readonly note?: string;
  /** A question about the run, and the button that says yes; Stop says no. */
  readonly ask?: { readonly text: string; readonly yes: "wait" | "run" };
}

/** The progress message of one run. */
export interface Screen {
  /** Returns at once; the newest view wins. */
  show(view: RunView): void;
  /** The answer while it is written, Markdown: all of it so far. Returns at once. */
  write(answer: string): void;
  /** No more views. The outcome is delivered from the store, and takes the message's place. */
  close(): void;
}

/** The port that the chat edge implements. */
export interface Screens {
  /** Posts nothing before the first view, and that at once, without being waited for. */
  open(run: StoredRun): Screen;
  /** A run became part of another one: it has no outcome. */
  forget(runId: string): void;
  /** There are outcomes or replies in the store that have not been delivered. */
  deliver(): void;
}

/** The port to what people send besides text. */
export interface FileSource {
  /**
   * The bytes of a file, within limits of time that the source sets.
   *
   * @throws UserError if it will never come; any other error, also while it is read, may pass.
   */
  fetchFile(source: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** The port for questions that the chat edge implements. Both return at once; what they need they read from the store. */
export interface Cards {
  /** Sends the card of a question that is open, or brings the card that it has up to date. */
  show(key: string): void;
  /** Says once more that a question waits. */
  remind(key: string): void;
}
