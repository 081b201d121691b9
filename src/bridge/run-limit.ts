import { timerMs } from "../domain/time.ts";

/** Ends a run that takes too long; the time that it waits for its machine does not count. */
export class RunLimit {
  readonly #minutes: number | undefined;
  readonly #stop: (text: string) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param minutes `limits.run_minutes`; without it nothing is ended. */
  constructor(minutes: number | undefined, stop: (text: string) => void) {
    this.#minutes = minutes;
    this.#stop = stop;
  }

  /** The run has begun; called again, it changes nothing. */
  readonly start = (): void => {
    if (this.#minutes === undefined) return;
    const text = `Stopped after ${this.#minutes} min: that is limits.run_minutes; raise it for longer tasks.`;
    this.#timer ??= setTimeout(() => this.#stop(text), timerMs(this.#minutes)).unref();
  };

  end(): void {
    clearTimeout(this.#timer);
  }
}
