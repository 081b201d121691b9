import { timerMs } from "../domain/time.ts";

export interface StallOptions {
  /** `limits.stall_minutes` */
  readonly minutes: number;
  /** Whether silence is no bad sign now. */
  readonly isAlive: () => boolean;
  /** Shows the notice; undefined takes it away. */
  readonly show: (notice: string | undefined) => void;
}

/** Tells if a run has given no event for a while, and again after each further such time once a person pressed Wait. */
export class StallWatch {
  readonly #options: StallOptions;
  readonly #timer: NodeJS.Timeout;
  #isTold = false;

  constructor(options: StallOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.#check(), timerMs(options.minutes)).unref();
  }

  /** The run gave an event. */
  heard(): void {
    this.#isTold = false;
    this.#options.show(undefined);
    this.#timer.refresh();
  }

  /** Waits on; false unless the run is silent. */
  wait(): boolean {
    const wasTold = this.#isTold;
    if (wasTold) this.heard();
    return wasTold;
  }

  end(): void {
    this.#isTold = false;
    clearTimeout(this.#timer);
  }

  #check(): void {
    const { minutes, isAlive, show } = this.#options;
    if (isAlive()) {
      this.#timer.refresh();
      return;
    }
    this.#isTold = true;
    show(`No sign of life for ${minutes} min (limits.stall_minutes). Stop it, or wait on.`);
  }
}
