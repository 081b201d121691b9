import type { Consumer, JsMsg } from "@nats-io/jetstream";
import { BOUNDS } from "../../bounds.ts";
import { within } from "./within.ts";

/**
 * The messages of a stream, in their order, until `signal` aborts or the broker fails. Only pulling consumers are read
 * so: a pushing one that begins while the connection closes leaves a timer behind that keeps the program alive (client
 * 3.3.1).
 */
export async function* messagesOf(
  consumer: Promise<Consumer>,
  signal: AbortSignal,
  more: { readonly max_messages?: number } = {},
): AsyncGenerator<JsMsg, void> {
  // A broker that was killed leaves readers waiting until signs of it are missing.
  const { streamSignMs: sign } = BOUNDS.machines;
  const found = await within(consumer);
  const messages = await within(found.consume({ idle_heartbeat: sign, expires: 4 * sign, ...more }));
  const close = () => void messages.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    if (signal.aborted) return;
    yield* messages;
  } finally {
    signal.removeEventListener("abort", close);
    await messages.close();
  }
}
