import type { ChatRoom } from "../../world/chats.ts";
import { badRequest } from "../api-error.ts";
import type { MethodCall } from "../method.ts";
import { readRichMessage } from "../rich-blocks.ts";
import { formatText, MAX_TEXT_UNITS, refuseParseMode } from "../text.ts";

export function sendMessageDraft(call: MethodCall): true {
  const { world, args } = call;
  const { key } = readDraft(call);
  refuseParseMode(args.text("parse_mode"));
  const { text } = formatText(args.text("text"), args.json("entities"));
  if (text.length > MAX_TEXT_UNITS) throw badRequest("message is too long");
  world.drafts.set(key, { text, canStop: args.flag("can_stop") });
  world.changes.touch();
  return true;
}

export function sendRichMessageDraft(call: MethodCall): true {
  const { world, args } = call;
  const { key } = readDraft(call);
  const rich_message = readRichMessage(world, args, "draft");
  world.drafts.set(key, { rich_message, canStop: args.flag("can_stop") });
  world.changes.touch();
  return true;
}

function readDraft({ world, args }: MethodCall): { room: ChatRoom; key: string } {
  const room = world.openRoom(args.text("chat_id"));
  if (room.chat.type !== "private") throw badRequest("drafts can be sent to private chats only");
  room.requireTopic(args.integer("message_thread_id"));
  const draftId = args.integer("draft_id");
  if (draftId === undefined || draftId === 0) throw badRequest("draft_id must be non-zero");
  return { room, key: `${room.id}:${draftId}` };
}
