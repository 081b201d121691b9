import type { Bridge } from "../bridge/bridge.ts";
import { draftIdOf } from "../telegram/answer-draft.ts";
import type { DraftStop } from "../telegram/message.ts";

/** Does what Telegram's own Stop button below a streamed answer means: the turn ends, the session stays. */
export function stopDraft({ chatId, draftId }: DraftStop, bridge: Bridge): void {
  const run = bridge.active(chatId).find((one) => draftIdOf(one) === draftId);
  if (run && !bridge.interrupt(run.id)) bridge.cancel(run.id);
}
