import { z } from "zod";
import type { Incoming, Origin, Received } from "../chat/incoming.ts";
import { Unreadable } from "../chat/transport.ts";
import type { Author } from "../domain/origin.ts";
import { MESSAGE_LENGTH } from "./assemble.ts";
import { FileFields, filesOf, voiceOf } from "./files.ts";
import { flattenRich } from "./flatten-rich.ts";
import { withMarks } from "./person-text.ts";
import { readQuote } from "./quote.ts";

const id = z.int();
const anything = z.unknown().optional();
/** A chat's rich blocks are read by whoever flattens them. */
const RichMessage = z.object({ blocks: z.custom<Parameters<typeof flattenRich>[0]>(Array.isArray) });

const User = z.object({
  id,
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  username: z.string().optional(),
});

const name = z.string().optional();
const Named = z
  .object({ id: id.optional(), title: name, first_name: name, username: name })
  .optional()
  .catch(undefined);
const ForwardOrigin = z.object({ sender_user_name: name, sender_user: Named, sender_chat: Named, chat: Named });
const Entity = z.object({ type: z.string(), offset: z.int(), length: z.int(), url: name, language: name });

const Button = z.object({ callback_data: z.string().optional() });

const Quoted = z.object({
  message_id: id,
  from: User.optional(),
  forward_origin: anything,
  text: z.string().optional(),
  caption: z.string().optional(),
  rich_message: RichMessage.optional(),
  reply_markup: z
    .object({ inline_keyboard: z.array(z.array(Button)) })
    .optional()
    .catch(undefined),
});

const Message = Quoted.extend({
  chat: z.object({ id, type: z.string() }),
  is_topic_message: z.boolean().optional(),
  message_thread_id: id.optional(),
  is_automatic_forward: z.boolean().optional(),
  reply_to_message: Quoted.optional(),
  entities: z.array(Entity).optional(),
  caption_entities: z.array(Entity).optional(),
  quote: z.object({ text: z.string(), is_manual: z.boolean().optional() }).optional(),
  external_reply: z.object({ origin: ForwardOrigin.optional().catch(undefined) }).optional(),
  ...FileFields,
  ...{ sticker: anything, dice: anything, location: anything, venue: anything, contact: anything },
  ...{ poll: anything, checklist: anything, story: anything, game: anything, giveaway: anything },
  ...{ giveaway_winners: anything, giveaway_completed: anything },
  ...{ live_photo: anything, paid_media: anything, media_group_id: z.string().optional() },
});
type Message = z.infer<typeof Message>;

/** The part of an update of Bot API 10.3 that the bridge reads. */
const KnownUpdate = z.object({
  update_id: id,
  message: Message.optional(),
  edited_message: Message.optional(),
  stopped_message_generation: z.object({ chat: z.object({ id }), draft_id: id }).optional(),
  callback_query: z
    .object({ id: z.string(), from: User, data: z.string().optional(), message: Message.optional() })
    .optional(),
});

/** The sender and chat of an update that cannot be read otherwise; undefined if even they are unknown. */
function unreadOrigin(update: unknown): Origin | undefined {
  for (const body of Object.values(Object(update))) {
    const found = Unread.safeParse(body).data;
    const chat = found?.chat ?? found?.message?.chat;
    if (chat) return { chatId: String(chat.id), userId: found?.from && String(found.from.id) };
  }
  return undefined;
}

const Placed = z.object({ chat: z.object({ id }).optional().catch(undefined) });
const Unread = Placed.extend({
  from: z.object({ id }).optional().catch(undefined),
  message: Placed.optional().catch(undefined),
});

/**
 * Reads an update; undefined for what the bridge has no use for.
 *
 * @throws Unreadable if it is not what Telegram documents.
 */
export function readUpdate(update: unknown): Received | undefined {
  const { data: known, error } = KnownUpdate.safeParse(update);
  if (!known) throw new Unreadable(unreadOrigin(update), error);
  const { update_id: updateId, message, edited_message: edited, callback_query: query } = known;
  if (message) return { message: readMessage(updateId, message) };
  if (edited) return { edit: readMessage(updateId, edited) };
  const stopped = known.stopped_message_generation;
  if (stopped) {
    const chatId = String(stopped.chat.id);
    return { stop: { updateId, chatId, userId: chatId, draftId: String(stopped.draft_id) } };
  }
  if (!query?.message || query.data === undefined) return undefined;
  const { chat, message_id } = query.message;
  return {
    press: {
      updateId,
      pressId: query.id,
      chatId: String(chat.id),
      messageId: String(message_id),
      topicId: topicOf(query.message),
      userId: String(query.from.id),
      userName: query.from.first_name || query.from.username,
      isPrivate: chat.type === "private",
      data: query.data,
    },
  };
}

const Move = z.object({
  message: z.object({
    chat: z.object({ id }),
    migrate_to_chat_id: id.optional(),
    migrate_from_chat_id: id.optional(),
  }),
});

/** The old and new id of a group that becomes a supergroup, if the update says so: both chats report it. */
export function readMove(update: unknown): { readonly from: string; readonly to: string } | undefined {
  const { chat, migrate_to_chat_id: to, migrate_from_chat_id: from } = Move.safeParse(update).data?.message ?? {};
  if (!chat) return undefined;
  if (to !== undefined) return { from: String(chat.id), to: String(to) };
  return from === undefined ? undefined : { from: String(from), to: String(chat.id) };
}

function readMessage(updateId: number, message: Message): Incoming {
  const topicId = topicOf(message);
  const replied = message.reply_to_message;
  // In a topic, what replies to nobody replies to the root of the topic. Elsewhere a reply names a thread, too.
  const isReply = replied && !(message.is_topic_message && replied.message_id === message.message_thread_id);
  return {
    updateId,
    chatId: String(message.chat.id),
    topicId,
    messageId: String(message.message_id),
    userId: message.from && String(message.from.id),
    // Telegram itself puts the posts of a channel into the group in which they are discussed.
    isBot: message.from?.is_bot || message.is_automatic_forward,
    userName: message.from?.first_name || message.from?.username,
    isPrivate: message.chat.type === "private",
    text: withMarks(textOf(message), message.entities ?? message.caption_entities ?? []),
    isForward: isForward(message),
    files: filesOf(message),
    voice: voiceOf(message),
    attachment: attachmentOf(message),
    albumId: message.media_group_id,
    room: MESSAGE_LENGTH - textOf(message).length,
    reply: isReply
      ? {
          messageId: String(replied.message_id),
          text: textOf(replied),
          button: buttonOf(replied),
          author: authorOf(replied),
          isByBot: replied.from?.is_bot,
        }
      : undefined,
    quote: readQuote(message),
  };
}

/** A person who forwards their own voice message says it again. */
function isForward({ forward_origin: origin, voice, from }: Message): boolean {
  const sender = ForwardOrigin.safeParse(origin).data?.sender_user?.id;
  const isOwn = voice !== undefined && sender !== undefined && sender === from?.id;
  return origin !== undefined && !isOwn;
}

function authorOf({ from, forward_origin }: z.infer<typeof Quoted>): Author | undefined {
  if (from === undefined || forward_origin !== undefined) return undefined;
  return { userId: String(from.id), botName: from.is_bot ? from.username : undefined };
}

function buttonOf({ reply_markup }: z.infer<typeof Quoted>): string | undefined {
  return reply_markup?.inline_keyboard.flat().find(({ callback_data }) => callback_data !== undefined)?.callback_data;
}

/** Belongs to no topic: a message that names it is refused. */
const GENERAL_TOPIC = 1;

/** The thread id is set on replies in plain groups too: only topics count. */
function topicOf({ is_topic_message, message_thread_id }: Message): string | undefined {
  const isTopic = is_topic_message && message_thread_id !== GENERAL_TOPIC;
  return isTopic && message_thread_id !== undefined ? String(message_thread_id) : undefined;
}

function textOf(message: z.infer<typeof Quoted>): string {
  if (message.rich_message) return flattenRich(message.rich_message.blocks);
  return message.text ?? message.caption ?? "";
}

/** Files that bots cannot fetch. */
const FILES = ["live_photo", "paid_media"] as const;
const SAID_AS_IT_IS = ["contact", "poll", "checklist", "story", "game", "giveaway"] as const;

function attachmentOf(message: Message): Incoming["attachment"] {
  if (FILES.some((kind) => message[kind])) return "file";
  if (message.sticker || message.dice) return "sticker";
  if (message.location || message.venue) return "location";
  if (message.giveaway_winners || message.giveaway_completed) return "giveaway";
  return SAID_AS_IT_IS.find((kind) => message[kind]);
}
