import type { Chat, Message, User } from "@grammyjs/types";
import { badRequest } from "../bot-api/api-error.ts";

type QuotedMessage = NonNullable<Message["reply_to_message"]>;
type PlaygroundChat = Chat.PrivateChat | Chat.GroupChat | Chat.SupergroupChat;

/** The rights of the bot in a group. */
export interface Rights {
  readonly write: boolean;
  readonly manageTopics: boolean;
}

/** One chat and its messages. Ids count per chat, so that the same id means different messages in two chats. */
export class ChatRoom {
  chat: PlaygroundChat;
  /** Names by id; the general topic is not among them. They stay while topics are switched off. */
  readonly topics = new Map<number, string>();
  readonly closedTopics = new Set<number>();
  /** False while the group's topics are switched off. */
  topicsOn = true;
  /** Beside the bot. */
  readonly admins = new Set<number>();
  rights: Rights = { write: true, manageTopics: true };
  /** Why the bot may not enter: the text of the 403. */
  refusal: string | undefined;
  /** The supergroup that this group became. */
  migratedTo: number | undefined;
  readonly #messages = new Map<number, Message>();
  #lastId = 0;

  constructor(chat: PlaygroundChat) {
    this.chat = chat;
  }

  get id(): number {
    return this.chat.id;
  }

  messages(): Message[] {
    return [...this.#messages.values()];
  }

  find(messageId: number | undefined): Message | undefined {
    return messageId === undefined ? undefined : this.#messages.get(messageId);
  }

  add(message: NewMessage): Message {
    this.#lastId += 1;
    const added = { message_id: this.#lastId, chat: this.chat, ...message };
    this.#messages.set(added.message_id, added);
    return added;
  }

  /** Puts a changed message in the place of the one with its id. */
  replace(message: Message): Message {
    this.#messages.set(message.message_id, message);
    return message;
  }

  /** Whether there was such a message. */
  remove(messageId: number): boolean {
    return this.#messages.delete(messageId);
  }

  /** The service message that opens a topic has the topic's id, as on Telegram. */
  addTopic(name: string, from: User, date: number): number {
    const { message_id } = this.add({ from, date, forum_topic_created: { name, icon_color: 0x6fb9f0 } });
    this.topics.set(message_id, name);
    this.replace({ ...this.require(message_id), ...topicFields(message_id) });
    return message_id;
  }

  /**
   * The thread of a new message. Every reply in a supergroup has one, named by the first message of its chain; only
   * `is_topic_message` means a topic.
   */
  threadFields(threadId: number | undefined, replied: Message | undefined): ThreadFields {
    if (threadId !== undefined) return topicFields(threadId);
    if (replied?.is_topic_message && this.topicsOn) return topicFields(replied.message_thread_id);
    if (replied === undefined || this.chat.type !== "supergroup") return {};
    return { message_thread_id: replied.message_thread_id ?? replied.message_id };
  }

  /** A copy for `reply_to_message`, which never holds a further reply. */
  quote(messageId: number): QuotedMessage {
    const { reply_to_message: _, ...message } = this.require(messageId);
    return message as QuotedMessage;
  }

  /** @throws ApiError 400 if the topic does not exist. */
  requireTopic(threadId: number | undefined): number | undefined {
    if (threadId === undefined) return undefined;
    if (!this.topics.has(threadId) || !this.topicsOn) throw badRequest("message thread not found");
    return threadId;
  }

  require(messageId: number): Message {
    const message = this.find(messageId);
    if (message === undefined) throw badRequest("message not found");
    return message;
  }
}

/** A message before it has its id; chat and id are the room's to give. */
export type NewMessage = Omit<Message, "message_id" | "chat">;

type ThreadFields = Pick<Message, "message_thread_id" | "is_topic_message">;

function topicFields(threadId: number | undefined): ThreadFields {
  return threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true };
}
