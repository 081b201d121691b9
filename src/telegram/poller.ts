import { setTimeout as delay } from "node:timers/promises";
import type { Update } from "grammy/types";
import { BOUNDS } from "../bounds.ts";
import type { Logger } from "../log.ts";
import { Refused, type Telegram } from "./api.ts";

export interface PollOptions {
  readonly telegram: Telegram;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /**
   * Takes a batch, synchronously. The batch is confirmed to Telegram only after this returned; when it throws, the same
   * updates come again.
   */
  readonly receive: (updates: readonly Update[]) => void;
  /** Called after each answered poll, and with what went wrong after any other. */
  readonly onPoll: (problem?: string) => void;
  /** Called once, at the second poll in a row that somebody else's took the place of: the first may be a restart's. */
  readonly onConflict: (hint: string) => void;
  /** How to wait between polls; tests need not. */
  readonly wait?: (waitMs: number, signal: AbortSignal) => Promise<void>;
}

const KINDS = ["message", "edited_message", "callback_query", "stopped_message_generation"] as const;
const MIN_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;

/** Takes updates until `signal` aborts. Survives whatever the network and Telegram do; never rejects. */
export async function poll(options: PollOptions): Promise<void> {
  const { telegram, signal, log, receive, onPoll, onConflict, wait = sleep } = options;
  let offset = 0;
  let failures = 0;
  const noteConflict = afterTwo(onConflict);
  while (!signal.aborted) {
    try {
      const updates = await telegram.call(
        "getUpdates",
        { offset, limit: 100, timeout: BOUNDS.telegram.longPollMs / 1000, allowed_updates: KINDS },
        AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.telegram.pollMs)]),
      );
      if (failures > 0) log.info({ failures }, "poll.recovered");
      failures = 0;
      noteConflict(undefined);
      onPoll();
      if (updates.length === 0) continue;
      receive(updates);
      offset = (updates.at(-1)?.update_id ?? offset) + 1;
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      const waitMs = backoff(error, failures);
      onPoll(error instanceof Error ? error.message : String(error));
      noteConflict(conflictHint(error));
      tell(log, error, failures, waitMs);
      await wait(waitMs, signal);
    }
  }
}

/** Takes the hint of each poll, undefined if there was no conflict; passes on the second hint in a row, once. */
function afterTwo(onConflict: (hint: string) => void): (hint: string | undefined) => void {
  let inRow = 0;
  let isTold = false;
  return (hint) => {
    inRow = hint === undefined ? 0 : inRow + 1;
    if (hint === undefined || inRow < 2 || isTold) return;
    isTold = true;
    onConflict(hint);
  };
}

const sleep = (waitMs: number, signal: AbortSignal) => delay(waitMs, undefined, { signal }).catch(() => {});

/** Doubles from half a second to 30 s, with jitter; a named wait is obeyed; another poller is given way to. */
function backoff(error: unknown, failures: number): number {
  if (error instanceof Refused && error.retryAfterS !== undefined) return error.retryAfterS * 1000;
  const base = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** (failures - 1));
  const isSlow = error instanceof Refused && (error.code === 409 || error.code === 401);
  return (isSlow ? Math.max(base, BOUNDS.telegram.giveWayMs) : base) * (0.75 + Math.random() / 2);
}

const WEBHOOK =
  "A webhook is set on this bot's token, so that Telegram sends its messages there: `takopi doctor` names it, `takopi setup` offers to remove it.";
const OTHER =
  "Another program polls this bot's token, so that some messages do not reach takopi: end it, or give it a bot of its own.";

/** Who takes the updates instead, and what to do; undefined if it is another fault. */
function conflictHint(error: unknown): string | undefined {
  if (!(error instanceof Refused) || error.code !== 409) return undefined;
  // "can't use getUpdates method while webhook is active"
  return /webhook/i.test(error.reason) ? WEBHOOK : OTHER;
}

function tell(log: Logger, error: unknown, failures: number, waitMs: number): void {
  const fields = { err: error, failures, waitMs: Math.round(waitMs) };
  const hint = conflictHint(error);
  if (hint !== undefined) {
    log.error({ ...fields, hint }, "poll.conflict");
  } else if (error instanceof Refused && error.code === 401) {
    log.error(
      { ...fields, hint: "Telegram does not know the token: set transports.telegram.bot_token" },
      "poll.unauthorized",
    );
  } else {
    log.warn(fields, "poll.failed");
  }
}
