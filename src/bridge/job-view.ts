import type { RunEvent } from "../domain/events.ts";
import { initialProgress, type ProgressState, reduceProgress } from "../domain/progress.ts";
import type { BridgeParts } from "./parts.ts";
import type { Job } from "./run-job.ts";

/** What the screen shows of a running job, kept up with its events. */
export class JobView {
  progress: ProgressState;
  readonly #job: Job;
  readonly #since: number;
  #label: "starting" | "working" | "stopping" = "starting";
  #resumeLine: string | undefined;
  #stall: string | undefined;
  #isWaiting = false;

  constructor(job: Job, parts: BridgeParts) {
    this.#job = job;
    this.#since = parts.now();
    this.progress = initialProgress();
    this.#show();
  }

  started(resumeLine: string): void {
    this.#resumeLine = resumeLine;
    this.#work();
  }

  acted(event: Extract<RunEvent, { type: "action" }>): void {
    this.progress = reduceProgress(this.progress, event);
    this.#work();
  }

  /** Whether somebody is asked something. */
  waiting(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    this.#show();
  }

  stopping(): void {
    this.#label = "stopping";
    this.#show();
  }

  /** undefined takes the question away. */
  stalled(text: string | undefined): void {
    if (text === this.#stall) return;
    this.#stall = text;
    this.#show();
  }

  #work(): void {
    if (this.#label === "starting") this.#label = "working";
    this.#show();
  }

  #show(): void {
    this.#job.screen.show({
      label: this.#isWaiting && this.#label !== "stopping" ? "waiting for you" : this.#label,
      progress: this.progress,
      since: this.#since,
      ...(this.#resumeLine === undefined ? {} : { resumeLine: this.#resumeLine }),
      ...(this.#stall === undefined ? {} : { ask: { text: this.#stall, yes: "wait" } }),
    });
  }
}
