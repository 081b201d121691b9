import type { Job, JobState } from "./job.ts";

/** The order in which a person sees them. */
const ORDER: readonly JobState[] = ["running", "queued", "held"];

/** Runs that wait or run, or of which something still lives. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  /** By run: who waits for its end. */
  readonly #waiters = new Map<string, (() => void)[]>();
  readonly #onForgotten: (id: string) => void;

  /** @param onForgotten Hears of each run that is over. */
  constructor(onForgotten: (id: string) => void) {
    this.#onForgotten = onForgotten;
  }

  /** A job that is added again comes after the others. */
  add(job: Job): void {
    this.#jobs.delete(job.id);
    this.#jobs.set(job.id, job);
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  all(): Job[] {
    return [...this.#jobs.values()];
  }

  /** Ids of a chat's runs without an outcome: those that run, then those that wait, then those that are paused. */
  openIn(chatId: string): string[] {
    const jobs = this.all().filter((job) => job.chatId === chatId);
    return ORDER.flatMap((state) => jobs.filter((job) => job.state === state)).map(({ id }) => id);
  }

  queuedIn(chatId: string): number {
    return this.all().filter((job) => job.chatId === chatId && job.state === "queued").length;
  }

  /** Resolves when the job is forgotten, at once if there is none. */
  forgotten(id: string): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#jobs.has(id)) resolve();
      else this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), resolve]);
    });
  }

  /** @param isFree Resolves when the run's session is free, for those who wait for the end of the run. */
  forget(id: string, isFree: Promise<void>): void {
    this.#jobs.delete(id);
    const waiters = this.#waiters.get(id) ?? [];
    this.#waiters.delete(id);
    this.#onForgotten(id);
    void isFree.then(() => {
      for (const resolve of waiters) resolve();
    });
  }
}
