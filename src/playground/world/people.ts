import type { Message, MessageEntity, MessageOrigin, Update, User } from "@grammyjs/types";
import type { UploadedFile } from "../bot-api/args.ts";
import type { ChatRoom } from "./chats.ts";
import { PERSON, type World } from "./world.ts";

/** A message from a person: text, or a document, photo or voice message with its caption. */
export interface PersonMessage {
  readonly chatId: number;
  readonly text?: string;
  readonly document?: UploadedFile;
  readonly photo?: UploadedFile;
  readonly voice?: UploadedFile & { readonly durationS: number };
  readonly caption?: string;
  /** In place of what Telegram finds by itself: `text_link`, `pre` and the like, of text or caption. */
  readonly entities?: readonly MessageEntity[];
  /** Defaults to the person whom the playground's private chat belongs to. */
  readonly from?: User;
  readonly replyTo?: number;
  readonly threadId?: number;
  /** Where a forwarded message comes from. */
  readonly forward?: MessageOrigin;
  /** Several files sent as one album share it. */
  readonly mediaGroupId?: string;
  /** Further fields as Telegram sets them: `quote`, `external_reply`, `sticker`, `poll` and so on. */
  readonly more?: Partial<Message>;
}

/** Puts people's messages in their rooms and gives them to the bot in one batch. */
export function say(world: World, messages: readonly PersonMessage[]): Message[] {
  const said = messages.map((message) => addMessage(world, message));
  for (const message of said) world.changes.emit({ type: "message", message, silent: false });
  world.updates.push(...said.map((message) => ({ message: message as NonNullable<Update["message"]> })));
  return said;
}

/** A service message, which bots get as an update. */
export function announce(world: World, room: ChatRoom, content: Partial<Message>, threadId?: number): void {
  const thread = room.threadFields(threadId, undefined);
  const message = room.add({ date: world.date(), from: PERSON, ...thread, ...content });
  world.changes.emit({ type: "message", message, silent: true });
  world.updates.push({ message: message as NonNullable<Update["message"]> });
}

/** Replaces the text of a person's message and tells the bot. */
export function rewrite(world: World, chatId: number, messageId: number, text: string): Message {
  const room = roomOf(world, chatId);
  const before = room.require(messageId);
  const edited = room.replace({ ...before, text, edit_date: world.date(), ...withEntities(text) });
  world.changes.emit({ type: "edited", message: edited });
  world.updates.push({ edited_message: edited as NonNullable<Update["edited_message"]> });
  return edited;
}

/** A press on a button; its id leads to the answer. The data is not checked against the message. */
export function press(
  world: World,
  { chatId, messageId, data, from = PERSON }: { chatId: number; messageId: number; data: string; from?: User },
): string {
  const id = String(4_000_000_000 + world.presses.size);
  world.presses.set(id, undefined);
  const message = roomOf(world, chatId).require(messageId);
  world.updates.push({ callback_query: { id, from, message, data, chat_instance: String(chatId) } });
  return id;
}

/** Presses the stop button of a draft. */
export function stopDraft(world: World, chatId: number, draftId: number): void {
  const { chat } = roomOf(world, chatId);
  if (chat.type !== "private") throw new Error("Only private chats have drafts.");
  world.updates.push({ stopped_message_generation: { chat, draft_id: draftId } });
}

/** @throws Error if there is no such chat: a mistake of the caller, not of the bot. */
export function roomOf(world: World, chatId: number): ChatRoom {
  const room = world.rooms.get(chatId);
  if (room === undefined) throw new Error(`The playground has no chat ${chatId}.`);
  return room;
}

function addMessage(world: World, { chatId, threadId, replyTo, ...message }: PersonMessage): Message {
  const room = roomOf(world, chatId);
  const topic = room.requireTopic(threadId);
  const quoted = replyTo ?? topic;
  const replied = replyTo === undefined ? undefined : room.require(replyTo);
  const { from = PERSON, forward, mediaGroupId, document, photo, voice, caption, text, entities, more } = message;
  return room.add({
    date: world.date(),
    from,
    ...room.threadFields(topic, replied),
    ...(quoted !== undefined && { reply_to_message: room.quote(quoted) }),
    ...(forward && { forward_origin: forward }),
    ...(mediaGroupId !== undefined && { media_group_id: mediaGroupId }),
    ...(text !== undefined && { text, ...(entities ? { entities: [...entities] } : withEntities(text)) }),
    ...(document && { document: world.files.addDocument(document) }),
    ...(photo && { photo: [world.files.addPhoto(photo)] }),
    ...(voice && { voice: world.files.addVoice(voice, voice.durationS) }),
    ...(caption && { caption, ...(entities && { caption_entities: [...entities] }) }),
    ...more,
  });
}

const DETECTED: readonly { readonly type: "bot_command" | "url" | "mention"; readonly pattern: RegExp }[] = [
  { type: "bot_command", pattern: /(?<![\w/@])\/[a-z0-9_]{1,32}(?:@\w{3,32})?(?![\w/])/gi },
  { type: "url", pattern: /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/gi },
  { type: "mention", pattern: /(?<!\w)@\w{4,32}/g },
];

/** Entities that Telegram finds in a person's text by itself, or at least those that a bot cares for. */
function withEntities(text: string): { entities?: MessageEntity[] } {
  const found = DETECTED.flatMap(({ type, pattern }) =>
    [...text.matchAll(pattern)].map((match) => ({ type, offset: match.index, length: match[0].length })),
  );
  const entities = found.sort((a, b) => a.offset - b.offset || b.length - a.length);
  const outer = entities.filter((entity, index) => !entities.slice(0, index).some((other) => contains(other, entity)));
  return outer.length > 0 ? { entities: outer } : {};
}

function contains(outer: { offset: number; length: number }, inner: { offset: number; length: number }): boolean {
  return outer.offset <= inner.offset && inner.offset + inner.length <= outer.offset + outer.length;
}
