import { visibleLine } from "../domain/visible.ts";
import { UserError } from "../errors.ts";
import type { Chats } from "../operations/chats.ts";
import { type Answer, type MethodName, type Payload, Refused, type Telegram, Unreachable } from "./api.ts";

/** Somebody waits for the answer. */
const ANSWER_TIMEOUT_MS = 15_000;

/** Telegram's reports about its chats and changes in them. */
export function telegramChats(telegram: Telegram): Chats {
  const call = <M extends MethodName>(method: M, payload: Payload<M>): Promise<Answer<M>> =>
    telegram.call(method, payload, AbortSignal.timeout(ANSWER_TIMEOUT_MS));
  return {
    isAdmin: async (chatId, userId) => {
      const asked = call("getChatMember", { chat_id: Number(chatId), user_id: Number(userId) });
      const { status } = await asked.catch(unknownMember);
      return status === "creator" || status === "administrator";
    },
    createTopic: async (chatId, title) => {
      const made = call("createForumTopic", { chat_id: Number(chatId), name: visibleLine(title) });
      return String((await made.catch(explain)).message_thread_id);
    },
    renameTopic: async (chatId, topicId, title) => {
      const place = { chat_id: Number(chatId), message_thread_id: Number(topicId) };
      try {
        await call("editForumTopic", { ...place, name: visibleLine(title) });
        return true;
      } catch (error) {
        if (error instanceof Refused && /not.modified/i.test(error.reason)) return true;
        if (error instanceof Refused && /TOPIC_ID_INVALID|TOPIC_DELETED|thread not found/i.test(error.reason))
          return false;
        return explain(error);
      }
    },
    // A supergroup's address has its id without the -100 in front.
    linkTo: (chatId, topicId) =>
      /^-100\d+$/.test(chatId) ? `https://t.me/c/${chatId.slice("-100".length)}/${topicId}` : undefined,
  };
}

function unknownMember(cause: unknown): never {
  if (!isExpected(cause)) throw cause;
  throw new UserError("Telegram did not say whether you are an administrator here: try again.", { cause });
}

const FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /not a forum/i,
    "This chat has no topics: switch them on in the group's settings, or for a private chat Threaded Mode at @BotFather.",
  ],
  [
    /not enough rights|CHAT_ADMIN_REQUIRED/i,
    "The bot may not manage topics here: make it an administrator with the right to manage topics.",
  ],
];

function explain(cause: unknown): never {
  if (!isExpected(cause)) throw cause;
  const reason = cause instanceof Refused ? `says "${cause.reason}"` : "cannot be reached";
  const fix = FIXES.find(([says]) => cause instanceof Refused && says.test(cause.reason))?.[1];
  throw new UserError(fix ?? `Telegram ${reason}: try again.`, { cause });
}

const isExpected = (error: unknown): error is Error =>
  error instanceof Refused || error instanceof Unreachable || (error instanceof Error && error.name === "TimeoutError");
