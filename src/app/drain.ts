import type { Bridge } from "../bridge/bridge.ts";
import type { Config } from "../config/config.ts";
import { timerMs } from "../domain/time.ts";
import type { Logger } from "../log.ts";

interface DrainParts {
  /** Asks the bridge to end. */
  readonly signal: AbortSignal;
  readonly config: () => Config;
  readonly bridge: Bridge;
  readonly log: Logger;
  readonly tellMain: (body: string) => void;
  /** Nothing begins by itself any more. */
  readonly onDrain: () => void;
  /** Has this called when the bridge is asked a second time. */
  readonly onSecondSignal: ((act: () => void) => void) | undefined;
}

/**
 * Aborted when the bridge has to end: with `signal`, or with `shutdown = "drain"` when all that ran then has ended, the
 * time for that is up, or the bridge is asked a second time.
 */
export function endOfBridge(parts: DrainParts): AbortSignal {
  const { signal, config, bridge } = parts;
  const end = new AbortController();
  const begin = () => {
    if (config().shutdown === "stop" || bridge.running === 0) end.abort();
    else drain(parts, () => end.abort());
  };
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return end.signal;
}

function drain({ config, bridge, log, tellMain, onDrain, onSecondSignal }: DrainParts, end: () => void): void {
  const { drain_minutes: minutes } = config().limits;
  const { running } = bridge;
  log.info({ running, minutes }, "bridge.draining");
  onDrain();
  const what = running === 1 ? "the run that is" : `the ${running} runs that are`;
  tellMain(
    `takopi is shutting down: it waits for ${what} under way, ${minutes} min at most (\`limits.drain_minutes\`). New tasks wait for its next start.`,
  );
  const limit = setTimeout(end, timerMs(minutes));
  onSecondSignal?.(end);
  void bridge.drain().then(() => {
    clearTimeout(limit);
    end();
  });
}
