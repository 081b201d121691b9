import type { PageEvent } from "../protocol.ts";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;

export interface ConnectionEvents {
  readonly onEvent: (event: PageEvent) => void;
  /** Called whenever the stream opens, and after every try that fails. */
  readonly onState: (state: "open" | "lost") => void;
}

/**
 * Follows the emulator's events for as long as the page lives. A lost stream is opened again, at first after
 * half a second and then less and less often; its `hello` brings whatever was missed.
 */
export function connect(url: string, { onEvent, onState }: ConnectionEvents): void {
  let retryMs = FIRST_RETRY_MS;
  const open = () => {
    const source = new EventSource(url);
    source.addEventListener("open", () => {
      retryMs = FIRST_RETRY_MS;
      onState("open");
    });
    source.addEventListener("message", ({ data }) => onEvent(JSON.parse(data)));
    source.addEventListener("error", () => {
      source.close();
      onState("lost");
      setTimeout(open, retryMs);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    });
  };
  open();
}
