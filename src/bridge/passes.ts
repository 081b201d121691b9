import { randomBytes } from "node:crypto";

/** The tokens by which runs call takopi's own tools. Each dies with its run, and all with the bridge. */
export class Passes {
  readonly #runs = new Map<string, string>();
  /** How often each run did something, or how much of it, by run. */
  readonly #spent = new Map<string, Map<string, number>>();

  /** Gives a run its token. */
  open(runId: string): string {
    const token = randomBytes(32).toString("base64url");
    this.#runs.set(token, runId);
    return token;
  }

  close(token: string): void {
    this.#spent.delete(this.#runs.get(token) ?? "");
    this.#runs.delete(token);
  }

  /** The run that a token stands for, while it runs. */
  runOf(token: string): string | undefined {
    return this.#runs.get(token);
  }

  /** Counts something that a run does, or `amount` of something; false if that would be more than `most`. */
  spend(runId: string, what: string, most: number, amount = 1): boolean {
    const spent = this.#spent.get(runId) ?? new Map<string, number>();
    const count = (spent.get(what) ?? 0) + amount;
    if (count > most) return false;
    this.#spent.set(runId, spent.set(what, count));
    return true;
  }
}
