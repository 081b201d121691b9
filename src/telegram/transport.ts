import type { Message, Transport } from "../chat/transport.ts";
import type { Config, TelegramConfig } from "../config/config.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { hintOn, isAllowed } from "./access.ts";
import { AnswerDraft } from "./answer-draft.ts";
import type { Telegram } from "./api.ts";
import { toClassicMessage } from "./assemble.ts";
import { telegramChats } from "./chats.ts";
import type { Content } from "./content.ts";
import { download } from "./download.ts";
import { removeStrays } from "./lost-progress.ts";
import { readMove, readUpdate } from "./message.ts";
import type { Outbox } from "./outbox.ts";
import { PRIORITY } from "./outbox-op.ts";
import { Post } from "./post.ts";
import type { ApiServer } from "./proxy.ts";
import { renderFinal } from "./render-final.ts";
import { renderFolded } from "./render-folded.ts";

export interface TelegramParts {
  readonly telegram: Telegram;
  readonly outbox: Outbox;
  readonly store: Store;
  readonly token: string;
  readonly server: ApiServer;
  readonly mainChat: () => string;
  /** Decides who may use the bot. */
  readonly config: () => Config;
  readonly style: () => Pick<TelegramConfig, "messages" | "chats" | "stream_answer">;
  /** Telegram says that a chat has another id now. */
  readonly onMoved: (from: string, to: string) => void;
  readonly log: Logger;
}

/** Telegram as a way to people. */
export function telegramTransport(parts: TelegramParts): Transport {
  const { telegram, outbox, store, config, style, log, onMoved } = parts;
  const post = new Post(outbox, { moves: store.moves, onMoved });
  const formFor = (chatId: string) => {
    const { messages, chats } = style();
    return post.knowsRich ? (chats[chatId]?.messages ?? messages) : "classic";
  };
  return {
    get mainChat() {
      return parts.mainChat();
    },
    chats: telegramChats(telegram),
    allows: (origin) => isAllowed(origin, config()),
    hintOn,
    read: (update) => {
      const moved = readMove(update);
      if (!moved) return readUpdate(update);
      onMoved(moved.from, moved.to);
      return undefined;
    },
    compose: async (outcome, chatId, isPlain) => {
      const rendered = await renderFinal(outcome, isPlain ? "classic" : formFor(chatId));
      return [...rendered.parts.map((composed) => ({ composed })), ...(rendered.file ? [rendered.file] : [])];
    },
    composeFolded: (folded, chatId, isPlain) => renderFolded(folded, isPlain ? "classic" : formFor(chatId)),
    send: (target, message, options) =>
      "name" in message ? post.sendFile(target, message, options) : post.send(target, contentOf(message), options),
    edit: (chatId, messageId, message, options) => post.edit(chatId, messageId, contentOf(message), options),
    remove: (chatId, messageId) => post.remove(chatId, messageId),
    drop: (chatId, key) => void outbox.drop(chatId, key),
    acknowledge: ({ pressId }, text) => {
      telegram
        .call("answerCallbackQuery", { callback_query_id: pressId, text })
        .catch((error: unknown) => log.warn({ err: error }, "press.unanswered"));
    },
    showTyping: (target) => post.showTyping(target),
    draft: (run, draftId) => {
      // Only private chats have drafts, and their ids are those of people: positive.
      if (!style().stream_answer || run.chatId.startsWith("-")) return undefined;
      const isRich = formFor(run.chatId) !== "classic";
      return new AnswerDraft(run, { draftId: Number(draftId), outbox, log, isRich });
    },
    fetchFile: (source, signal) => download(parts, source, signal),
    removeStrays: (chatId, between) =>
      removeStrays({ chatId, ...between }, store, (method, payload) =>
        outbox.push({ method, payload, priority: PRIORITY.delete, doubt: "repeat" }),
      ),
  };
}

function contentOf(message: Message): Content {
  if ("body" in message) return toClassicMessage(message);
  if ("composed" in message) return message.composed as Content;
  throw new Error(`${message.name} is a file, and no message can become one.`);
}
