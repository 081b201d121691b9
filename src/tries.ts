import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "./errors.ts";

export interface TryOptions {
  /** Before the second and each later try. */
  readonly waitsMs: readonly number[];
  readonly signal: AbortSignal;
  /** Hears of each failure; `waitMs` is undefined after the last one. */
  readonly onFailed: (error: unknown, waitMs: number | undefined) => void;
}

/**
 * Does some work, and does it again after a wait if it fails.
 *
 * @throws UserError of the work at once, since another try would not help; its last error; `signal.reason` once aborted.
 */
export async function withTries<Value>(
  work: () => Promise<Value>,
  { waitsMs, signal, onFailed }: TryOptions,
): Promise<Value> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UserError) throw error;
      const waitMs = waitsMs[tries];
      onFailed(error, waitMs);
      if (waitMs === undefined) throw error;
      await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
