import type { Bridge } from "../bridge/bridge.ts";
import type { DraftStop } from "./incoming.ts";

/** Does what the transport's own Stop below a streamed answer means: the turn ends, the session stays. */
export function stopDraft({ chatId, messageId }: DraftStop, bridge: Bridge): void {
  const run = bridge.active(chatId).find((one) => one.messageId === messageId);
  if (run && !bridge.interrupt(run.id)) bridge.cancel(run.id);
}
