import type { Config } from "../config/config.ts";
import { warningNote } from "../config/warnings.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { MS_PER_DAY } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";

/** Telegram repeats no update that is older than a day. */
const UPDATES_KEPT_MS = 2 * MS_PER_DAY;

/** People look at the chat, not at the log: what has no effect is said there, once. */
export function tellWarnings({ warnings }: Config, { store, tellMain, now }: WarningParts): void {
  const fresh = warnings.filter((warning) => store.history.tellsFirst(warning, now()));
  if (fresh.length > 0) tellMain(warningNote(fresh));
}

/** The early word of an engine that changed: each kind of event that is not known is told once, for good. */
export const tellUnknown =
  ({ store, tellMain, now, log }: WarningParts & { readonly log: Logger }) =>
  (engine: string, kind: string): void => {
    const news = `${engine} told something that takopi does not know: ${inlineCode(kind)}. Tasks continue without it. \`takopi doctor\` says which versions were tested.`;
    try {
      if (store.history.tellsFirst(news, now())) tellMain(news);
    } catch (error) {
      log.error({ err: error }, "engine.unknown_not_told");
    }
  };

interface WarningParts {
  readonly store: Store;
  readonly tellMain: (body: string) => void;
  readonly now: () => number;
}

/** Forgets what need not be kept, now and once a day. */
export function keepHistory(config: () => Config, { store, log, now, signal }: HistoryParts): void {
  const prune = () => {
    try {
      store.updates.prune(now() - UPDATES_KEPT_MS);
      const { keep_days } = config().limits;
      if (keep_days !== undefined)
        log.info({ runs: store.history.prune(now() - keep_days * MS_PER_DAY) }, "history.pruned");
    } catch (error) {
      log.warn({ err: error }, "history.kept");
    }
  };
  prune();
  const timer = setInterval(prune, MS_PER_DAY).unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

interface HistoryParts {
  readonly store: Store;
  readonly log: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A log line that cannot be written must not end the polling that it reports. */
export function tellHealth(
  store: Store,
  problem: string | undefined,
  { log, now }: { log: Logger; now: () => number },
): void {
  try {
    if (problem === undefined) store.health.polled(now());
    else store.health.failed(problem);
  } catch (error) {
    log.error({ err: error }, "health.unwritten");
  }
}
