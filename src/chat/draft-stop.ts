import type { Bridge } from "../bridge/bridge.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { DraftStop } from "./incoming.ts";

/** Which draft of its chat is a run's: a whole number above 0 if the ids of messages are. */
export const draftIdOf = ({ messageId, createdAt }: Pick<StoredRun, "messageId" | "createdAt">): string =>
  messageId ?? String((createdAt % MAX_DRAFT_ID) + 1);

const MAX_DRAFT_ID = 2 ** 31 - 1;

/** Does what the transport's own Stop below a streamed answer means: the turn ends, the session stays. */
export function stopDraft({ chatId, draftId }: DraftStop, bridge: Bridge): void {
  const run = bridge.active(chatId).find((one) => draftIdOf(one) === draftId);
  if (run && !bridge.job(run.id)?.interrupt()) bridge.cancel(run.id);
}
