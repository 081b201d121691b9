import type { Access } from "../operations/operation.ts";
import { storeAnswer } from "./answers.ts";
import type { DispatchParts } from "./dispatch.ts";
import { toAnswer } from "./told.ts";

/** Says something in a conversation that nobody there has asked for. */
export const sayIn =
  (parts: Pick<DispatchParts, "store" | "now" | "deliver">): Access["say"] =>
  (where, told, isSilent) => {
    parts.store.transaction(() => storeAnswer(where, { ...toAnswer(told, where.chatId, parts), isSilent }, parts));
    parts.deliver();
  };
