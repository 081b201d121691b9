import type { RichMessages } from "../../world/world.ts";
import type { Method } from "../method.ts";
import { answerCallbackQuery, deleteMyCommands, getMyCommands, setMyCommands } from "./bot.ts";
import {
  deleteMessage,
  deleteMessages,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
} from "./change.ts";
import { createForumTopic, editForumTopic, getChat, getChatMember, sendChatAction } from "./chat.ts";
import { sendMessageDraft, sendRichMessageDraft } from "./drafts.ts";
import { sendMediaGroup } from "./media.ts";
import { sendDocument, sendMessage, sendPhoto, sendRichMessage } from "./send.ts";
import { deleteWebhook, getUpdates, getWebhookInfo } from "./updates.ts";

/** Every method of the playground's server. Names are matched without regard to case, as Telegram does. */
const METHODS: Readonly<Record<string, Method>> = {
  answerCallbackQuery,
  createForumTopic,
  deleteMessage,
  deleteMessages,
  deleteMyCommands,
  deleteWebhook,
  editForumTopic,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
  getChat,
  getChatMember,
  getFile: ({ world, args }) => world.files.describe(args.text("file_id")),
  getMe: ({ world }) => world.bot,
  getMyCommands,
  getUpdates,
  getWebhookInfo,
  sendChatAction,
  sendDocument,
  sendMediaGroup,
  sendMessage,
  sendMessageDraft,
  sendPhoto,
  sendRichMessage,
  sendRichMessageDraft,
  setMyCommands,
};

const BY_LOWER_NAME = new Map(Object.entries(METHODS).map(([name, method]) => [name.toLowerCase(), method]));
const RICH_METHODS = ["sendrichmessage", "sendrichmessagedraft"];

/** undefined for what the server does not know; one from before rich messages knows none of their methods. */
export function findMethod(name: string, richMessages: RichMessages): Method | undefined {
  const lower = name.toLowerCase();
  return richMessages === false && RICH_METHODS.includes(lower) ? undefined : BY_LOWER_NAME.get(lower);
}
