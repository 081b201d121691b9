import type { InlineKeyboardMarkup, Message } from "@grammyjs/types";
import type { ChatRoom } from "../world/chats.ts";
import type { World } from "../world/world.ts";
import { badRequest } from "./api-error.ts";
import type { Args } from "./args.ts";
import { checkKeyboard } from "./keyboard.ts";

/** The fields that every `send...` method shares, checked. */
export interface Destination {
  readonly room: ChatRoom;
  readonly silent: boolean;
  readonly fields: Partial<Message> & { readonly reply_markup?: InlineKeyboardMarkup };
}

/**
 * `content` names in the plural what is sent: "documents".
 *
 * @throws ApiError for an unknown chat, topic or replied message, a closed topic, missing rights or a refused keyboard.
 */
export function readDestination(world: World, args: Args, content: string): Destination {
  const room = world.openRoom(args.text("chat_id"));
  const threadId = room.requireTopic(args.integer("message_thread_id"));
  const replied = findReplied(room, args);
  const thread = room.threadFields(threadId, replied);
  if (thread.is_topic_message && room.closedTopics.has(thread.message_thread_id ?? 0)) throw badRequest("TOPIC_CLOSED");
  if (!room.rights.write) throw badRequest(`not enough rights to send ${content} to the chat`);
  const keyboard = checkKeyboard(args.json("reply_markup"));
  const fields = {
    ...thread,
    ...(replied && { reply_to_message: room.quote(replied.message_id) }),
    ...(keyboard && { reply_markup: keyboard }),
  };
  return { room, silent: args.flag("disable_notification"), fields };
}

function findReplied(room: ChatRoom, args: Args): Message | undefined {
  const parameters = args.json("reply_parameters") as Record<string, unknown> | undefined;
  const messageId = parameters ? Number(parameters["message_id"]) : args.integer("reply_to_message_id");
  if (messageId === undefined) return undefined;
  const replied = room.find(messageId);
  const lenient = parameters?.["allow_sending_without_reply"] === true || args.flag("allow_sending_without_reply");
  if (replied === undefined && !lenient) throw badRequest("message to be replied not found");
  return replied;
}
