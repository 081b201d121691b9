import type { ChatRoom } from "../../world/chats.ts";
import type { Draft, World } from "../../world/world.ts";
import { badRequest } from "../api-error.ts";
import type { MethodCall } from "../method.ts";
import { readRichMessage } from "../rich-blocks.ts";
import { formatText, MAX_TEXT_UNITS, refuseParseMode } from "../text.ts";

export function sendMessageDraft(call: MethodCall): true {
  const { world, args } = call;
  const place = readDraft(call);
  refuseParseMode(args.text("parse_mode"));
  const { text, entities } = formatText(args.text("text"), args.json("entities"));
  if (text.length > MAX_TEXT_UNITS) throw badRequest("message is too long");
  return show(world, place, { text, entities, canStop: args.flag("can_stop") });
}

export function sendRichMessageDraft(call: MethodCall): true {
  const { world, args } = call;
  const place = readDraft(call);
  const rich_message = readRichMessage(world, args, "draft");
  return show(world, place, { rich_message, canStop: args.flag("can_stop") });
}

function show(world: World, { room, draftId, threadId }: Place, draft: Draft): true {
  world.drafts.set(`${room.id}:${draftId}`, draft);
  const { canStop, entities, ...content } = draft;
  world.changes.emit({
    ...{ type: "draft", chat_id: room.id, draft_id: draftId, can_stop: canStop, ...content },
    ...(threadId !== undefined && { message_thread_id: threadId }),
    ...(entities && { entities: [...entities] }),
  });
  return true;
}

interface Place {
  readonly room: ChatRoom;
  readonly draftId: number;
  readonly threadId: number | undefined;
}

function readDraft({ world, args }: MethodCall): Place {
  const room = world.openRoom(args.text("chat_id"));
  if (room.chat.type !== "private") throw badRequest("drafts can be sent to private chats only");
  const threadId = room.requireTopic(args.integer("message_thread_id"));
  const draftId = args.integer("draft_id");
  if (draftId === undefined || draftId === 0) throw badRequest("draft_id must be non-zero");
  return { room, draftId, threadId };
}
