import type { Message } from "@grammyjs/types";
import type { PageChat } from "../protocol.ts";

/** The page opens one of these at a time: a chat, or one topic of it. */
export interface Conversation {
  /** Unique; also the page's address after `#`. */
  readonly key: string;
  readonly chat: PageChat;
  readonly topicId?: number;
  readonly title: string;
}

/** Every conversation in the order of the chat list; a group with topics starts with its general one. */
export function conversationsOf(chats: readonly PageChat[]): Conversation[] {
  return chats.flatMap((chat) => [
    { key: keyOf(chat.id), chat, title: chat.topics.length > 0 ? "General" : chat.title },
    ...chat.topics.map(({ id, name }) => ({ key: keyOf(chat.id, id), chat, topicId: id, title: name })),
  ]);
}

export function keyOf(chatId: number, topicId?: number): string {
  return topicId === undefined ? `${chatId}` : `${chatId}/${topicId}`;
}

/** Whether a conversation is the chat or one of its topics. */
export function isOfChat(key: string, chatId: number): boolean {
  return key.split("/")[0] === `${chatId}`;
}

/** The conversation a message belongs to; a thread that is no topic is part of its chat. */
export function keyOfMessage(message: Message): string {
  return keyOf(message.chat.id, message.is_topic_message ? message.message_thread_id : undefined);
}

/** The chats with the topic that a service message creates or renames; the same array if it does neither. */
export function withTopicOf(message: Message, chats: readonly PageChat[]): readonly PageChat[] {
  const name = message.forum_topic_created?.name ?? message.forum_topic_edited?.name;
  const id = message.message_thread_id;
  if (name === undefined || id === undefined) return chats;
  return chats.map((chat) => {
    if (chat.id !== message.chat.id) return chat;
    const known = chat.topics.some((topic) => topic.id === id);
    const topics = known
      ? chat.topics.map((topic) => (topic.id === id ? { id, name } : topic))
      : [...chat.topics, { id, name }];
    return { ...chat, topics };
  });
}
