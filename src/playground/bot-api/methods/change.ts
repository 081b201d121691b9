import { isDeepStrictEqual } from "node:util";
import type { InlineKeyboardMarkup, Message } from "@grammyjs/types";
import type { ChatRoom } from "../../world/chats.ts";
import type { World } from "../../world/world.ts";
import { badRequest } from "../api-error.ts";
import type { Args } from "../args.ts";
import { checkKeyboard } from "../keyboard.ts";
import type { MethodCall } from "../method.ts";
import { readRichMessage } from "../rich-blocks.ts";
import { checkCaption, checkMessageText, refuseParseMode } from "../text.ts";

/** Text or rich content in place of either. As on Telegram, an edit that names no keyboard takes it away. */
export function editMessageText({ world, args }: MethodCall): Message {
  const { room, message } = findOwn(world, args);
  if (message.text === undefined && message.rich_message === undefined) {
    throw badRequest("there is no text in the message to edit");
  }
  const keyboard = checkKeyboard(args.json("reply_markup"));
  return apply({ world, room, message }, readContent(world, args), keyboard);
}

export function editMessageCaption({ world, args }: MethodCall): Message {
  const { room, message } = findOwn(world, args);
  if (message.text !== undefined || message.rich_message !== undefined) {
    throw badRequest("there is no caption in the message to edit");
  }
  refuseParseMode(args.text("parse_mode"));
  const { text, entities } = checkCaption(args.text("caption"), args.json("caption_entities"));
  const content = { caption: text, ...(entities.length > 0 && { caption_entities: [...entities] }) };
  return apply({ world, room, message }, content, checkKeyboard(args.json("reply_markup")));
}

export function editMessageReplyMarkup({ world, args }: MethodCall): Message {
  const { room, message } = findOwn(world, args);
  const { text, entities, rich_message, caption, caption_entities } = message;
  const content = defined({ text, entities, rich_message, caption, caption_entities });
  return apply({ world, room, message }, content, checkKeyboard(args.json("reply_markup")));
}

export function deleteMessage({ world, args }: MethodCall): true {
  const room = world.openRoom(args.text("chat_id"));
  const message = room.find(args.integer("message_id"));
  if (message === undefined) throw badRequest("message to delete not found");
  if (!mayDelete(world, message)) throw badRequest("message can't be deleted");
  removeMessage(world, room, message.message_id);
  return true;
}

/** Skips what is not there, as Telegram does. */
export function deleteMessages({ world, args }: MethodCall): true {
  const room = world.openRoom(args.text("chat_id"));
  const ids = args.json("message_ids");
  if (!Array.isArray(ids)) throw badRequest("message identifiers are not specified");
  for (const id of ids) {
    const message = room.find(Number(id));
    if (message !== undefined && mayDelete(world, message)) removeMessage(world, room, message.message_id);
  }
  return true;
}

export function removeMessage(world: World, room: ChatRoom, messageId: number): void {
  room.remove(messageId);
  world.changes.emit({ type: "deleted", chat_id: room.id, message_id: messageId });
}

function mayDelete(world: World, message: Message): boolean {
  return message.from?.id === world.bot.id || message.chat.type === "private";
}

function findOwn(world: World, args: Args): { room: ChatRoom; message: Message } {
  const room = world.openRoom(args.text("chat_id"));
  const messageId = args.integer("message_id");
  if (messageId === undefined) throw badRequest("message identifier is not specified");
  const message = room.find(messageId);
  if (message === undefined) throw badRequest("message to edit not found");
  if (message.from?.id !== world.bot.id) throw badRequest("message can't be edited");
  return { room, message };
}

/** A server from before rich messages does not know the parameter and misses the text. */
function readContent(world: World, args: Args): Content {
  const rich = world.richMessages ? args.json("rich_message") : undefined;
  if (rich !== undefined) return { rich_message: readRichMessage(world, args, "message") };
  refuseParseMode(args.text("parse_mode"));
  const { text, entities } = checkMessageText(args.text("text"), args.json("entities"), "MESSAGE_TOO_LONG");
  return { text, ...(entities.length > 0 && { entities: [...entities] }) };
}

type Content = Pick<Message, "text" | "entities" | "rich_message" | "caption" | "caption_entities">;
const UNCHANGED =
  "message is not modified: specified new message content and reply markup are exactly the same " +
  "as a current content and reply markup of the message";

function apply(
  { world, room, message }: { world: World; room: ChatRoom; message: Message },
  content: Content,
  keyboard: InlineKeyboardMarkup | undefined,
): Message {
  const { text, entities, rich_message, caption, caption_entities, reply_markup, ...rest } = message;
  const before = defined({ text, entities, rich_message, caption, caption_entities, reply_markup });
  const after = { ...content, ...(keyboard && { reply_markup: keyboard }) };
  if (isDeepStrictEqual(before, after)) throw badRequest(UNCHANGED);
  world.flood.pass(room.id);
  const edited = room.replace({ ...rest, ...after, edit_date: world.date() });
  world.changes.emit({ type: "edited", message: edited });
  return edited;
}

function defined(content: { [K in keyof Message]?: Message[K] | undefined }): Partial<Message> {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
}
