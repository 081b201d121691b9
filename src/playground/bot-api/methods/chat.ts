import type { ChatRoom } from "../../world/chats.ts";
import { badRequest } from "../api-error.ts";
import type { MethodCall } from "../method.ts";

const ACTIONS = [
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
];

/** Chat actions name the general topic; messages to it name none. */
const GENERAL_TOPIC = 1;

export function sendChatAction({ world, args }: MethodCall): true {
  const room = world.openRoom(args.text("chat_id"));
  const given = args.integer("message_thread_id");
  const threadId = given === GENERAL_TOPIC && isForum(room) ? undefined : room.requireTopic(given);
  if (!ACTIONS.includes(args.text("action"))) throw badRequest("wrong parameter action in request");
  const thread = threadId === undefined ? {} : { message_thread_id: threadId };
  world.changes.emit({ type: "typing", chat_id: room.id, ...thread });
  return true;
}

export function getChat({ world, args }: MethodCall): unknown {
  const { chat } = world.openRoom(args.text("chat_id"));
  return { ...chat, accent_color_id: 0, max_reaction_count: 11, accepted_gift_types: {} };
}

/** Everyone who wrote is a member, some are administrators; the bot is an administrator unless it may not write. */
export function getChatMember({ world, args }: MethodCall): unknown {
  const room = world.openRoom(args.text("chat_id"));
  const userId = args.integer("user_id");
  const { write, manageTopics } = room.rights;
  if (userId === world.bot.id) {
    return write
      ? { status: "administrator", user: world.bot, can_manage_topics: manageTopics }
      : { status: "restricted", user: world.bot, is_member: true, can_send_messages: false, until_date: 0 };
  }
  const known = room.messages().find((message) => message.from?.id === userId)?.from;
  if (known === undefined) throw badRequest("user not found");
  return { status: room.admins.has(known.id) ? "administrator" : "member", user: known };
}

export function createForumTopic({ world, args }: MethodCall): unknown {
  const room = world.openRoom(args.text("chat_id"));
  const canHaveTopics = room.chat.type === "private" ? world.bot.has_topics_enabled : isForum(room);
  if (!canHaveTopics) throw badRequest("the chat is not a forum");
  if (!room.rights.manageTopics) throw badRequest("not enough rights to create a topic");
  const name = topicName(args.text("name"));
  const threadId = room.addTopic(name, world.bot, world.date());
  world.changes.emit({ type: "message", message: room.require(threadId), silent: true });
  return { message_thread_id: threadId, name, icon_color: 0x6fb9f0 };
}

export function editForumTopic({ world, args }: MethodCall): true {
  const room = world.openRoom(args.text("chat_id"));
  const threadId = room.requireTopic(args.integer("message_thread_id"));
  if (threadId === undefined) throw badRequest("message thread not found");
  if (!room.rights.manageTopics) throw badRequest("not enough rights to change a topic");
  const name = topicName(args.text("name"));
  if (room.topics.get(threadId) === name) throw badRequest("TOPIC_NOT_MODIFIED");
  room.topics.set(threadId, name);
  world.changes.touch();
  return true;
}

function isForum(room: ChatRoom): boolean {
  return "is_forum" in room.chat;
}

function topicName(name: string): string {
  if (name.length < 1 || name.length > 128) throw badRequest("TOPIC_TITLE_INVALID");
  return name;
}
