import type { Completed } from "../domain/events.ts";
import type { EngineOptions } from "../engine/options.ts";
import { plainUserText, UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { RunOutcome, StopReason, StoredRun } from "../store/stored-run.ts";
import type { Outgoing } from "../worker/port.ts";
import { tellBatch } from "./batch.ts";
import { prepareContinuation } from "./continuation.ts";
import { placeOf } from "./fetch-files.ts";
import type { BridgeOptions, RunWatcher } from "./options.ts";
import { toDeliveries } from "./send-files.ts";

type End = Pick<RunOutcome, "kind" | "error" | "failure">;

/** How a run ended that its engine completed so, after it was stopped, if it was. */
export function toEnd({ ok, answer, error }: Completed, stopped: StopReason | undefined): End {
  if (!ok) return stopped ? endOf(stopped) : { kind: "error", error };
  if (answer.trim() === "") return { kind: "error", error: "The engine ended without an answer." };
  return { kind: "done", error: undefined };
}

/** Keeps a reason to stop over a restart, but that of a bridge that ends. */
export function keepStop(id: string, reason: StopReason, { store, log }: Pick<BridgeOptions, "store" | "log">): void {
  try {
    if (reason.kind !== "interrupted") store.runs.setStop(id, reason);
  } catch (error) {
    log.error({ err: error, runId: id }, "stop.not_stored");
  }
}

export const endOf = ({ kind, text }: StopReason): End => ({
  ...{ kind, error: kind === "cancelled" ? undefined : text },
  ...(kind === "error" && { failure: "failed" }),
});

/** How a run ended that could not be carried out. */
export const endOfFailure = (error: unknown, runId: string): End => ({
  ...{ kind: "error", error: plainUserText(error, runId) },
  failure: error instanceof UserError ? error.code : "failed",
});

export interface Ended {
  readonly run: StoredRun;
  /** As the engine reported it. */
  readonly session: string | undefined;
  readonly outcome: RunOutcome;
  readonly at: number;
  /** How long it ran, which the clock may not tell: somebody can have set it. */
  readonly ranMs?: number;
  readonly atLimit?: EngineOptions["at_limit"];
  /** Files that the run put into its outbox. */
  readonly outgoing?: Outgoing | undefined;
}

/** Stores an outcome together with what must be delivered of it, unless the run had one. */
export function storeOutcome(
  { run, session, outcome, at, ranMs, atLimit = "ask", outgoing }: Ended,
  store: Store,
  watcher?: RunWatcher,
): void {
  const { runs, deliveries, durably } = store;
  const { id, chatId, topicId, messageId: replyTo } = run;
  durably(() => {
    if (session !== undefined) runs.setSession(id, session);
    if (!runs.end(id, outcome, at, ranMs)) return;
    deliveries.add({ runId: id, chatId, topicId, replyTo, createdAt: at, isSilent: isQuiet(run, outcome) });
    const where = { place: placeOf(run), target: { runId: id, chatId, topicId, replyTo } };
    for (const delivery of outgoing ? toDeliveries(outgoing, where, at) : []) deliveries.add(delivery);
    tellBatch(run, at, store);
    const ended = runs.get(id);
    if (!ended) return;
    prepareContinuation(ended, atLimit, store);
    watcher?.ended(ended);
  });
}

/** A scheduled run may be one that only makes a sound if it failed. */
const isQuiet = ({ origin }: StoredRun, { kind }: RunOutcome): boolean =>
  origin.type === "schedule" && origin.quiet === "errors" && kind === "done";

/** Wait before the second try; doubles with each more. */
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;

export interface Tries {
  /** Gives up after one more try. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Called when a try has failed. */
  readonly onFailure: () => void;
}

/** Calls `work` again and again until it does not throw. False if it gave up. Never rejects. */
export async function untilDone(work: () => void, { signal, log, onFailure }: Tries): Promise<boolean> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
    const isLast = signal.aborted;
    try {
      work();
      return true;
    } catch (error) {
      log.error({ err: error, waitMs }, "outcome.not_stored");
    }
    if (isLast) return false;
    onFailure();
    await new Promise<void>((resolve) => {
      setTimeout(resolve, waitMs).unref();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
