import type { Message } from "@grammyjs/types";
import type { PageChat, PageCommand, PageEvent } from "../protocol.ts";
import { type Conversation, conversationsOf, isOfChat, keyOf, keyOfMessage, withTopicOf } from "./conversations.ts";
import { History } from "./history.ts";
import { Presses } from "./presses.ts";
import { Streams } from "./streams.ts";

export interface Unread {
  readonly count: number;
  /** Whether one of them was sent to notify. */
  readonly notifies: boolean;
}

const NO_COMMANDS: readonly PageCommand[] = [];

/** Everything that the page shows, changed by the emulator's events alone. Knows no DOM. */
export class Store {
  /** A typing note is shown this long unless it is renewed, as in Telegram's clients. */
  static readonly TYPING_MS = 5000;
  readonly history = new History();
  readonly presses = new Presses();
  bot = { username: "", name: "Bot" };
  readonly streams: Streams;
  conversations: readonly Conversation[] = [];
  /** Key of the open conversation; its messages count as read. */
  open: string | undefined;
  /** Called with each message of the bot that arrives after the page was opened. */
  onArrival: (message: Message, silent: boolean) => void = () => {};
  private chats: readonly PageChat[] = [];
  private readonly commands = new Map<number, readonly PageCommand[]>();
  /** By conversation: the ids of unread messages, and whether each was sent to notify. */
  private readonly unread = new Map<string, Map<number, boolean>>();
  private readonly typingUntil = new Map<string, number>();
  private readonly silent = new Set<string>();
  private readonly now: () => number;
  /** Id of the emulator's run; `undefined` before the first one is known. */
  private world: string | undefined;

  constructor(now: () => number) {
    this.now = now;
    this.streams = new Streams(now);
  }

  apply(event: PageEvent): void {
    switch (event.type) {
      case "hello":
        this.start(event);
        break;
      case "message":
        this.add(event.message, event.silent);
        break;
      case "edited":
        if (this.history.find(event.message.chat.id, event.message.message_id)) this.history.put(event.message);
        break;
      case "deleted":
        this.history.remove(event.chat_id, event.message_id);
        this.forget(event.chat_id, event.message_id);
        break;
      case "typing":
        this.typingUntil.set(keyOf(event.chat_id, event.message_thread_id), this.now() + Store.TYPING_MS);
        break;
      case "commands":
        this.commands.set(event.chat_id, event.commands);
        break;
      case "draft":
        this.typingUntil.delete(keyOf(event.chat_id, event.message_thread_id));
        this.streams.put(event, this.bot.name);
        break;
      case "answer":
        this.presses.answer(event);
        break;
    }
  }

  /** Adds a message that the person or the bot sent; one that is here already is only brought up to date. */
  add(message: Message, silent: boolean): void {
    this.setChats(withTopicOf(message, this.chats));
    if (!this.history.put(message) || !this.isFromBot(message)) return;
    const key = keyOfMessage(message);
    this.typingUntil.delete(key);
    this.streams.drop(key);
    if (silent) this.silent.add(`${message.chat.id}:${message.message_id}`);
    if (key !== this.open) {
      const unread = this.unread.get(key) ?? new Map<number, boolean>();
      this.unread.set(key, unread.set(message.message_id, !silent));
    }
    this.onArrival(message, silent);
  }

  /** Opens a conversation, which is then read; `undefined` closes the open one. */
  select(key: string | undefined): void {
    this.open = key;
    if (key !== undefined) this.unread.delete(key);
  }

  conversation(key = this.open): Conversation | undefined {
    return this.conversations.find((conversation) => conversation.key === key);
  }

  unreadOf(key: string): Unread | undefined {
    const unread = this.unread.get(key);
    return unread && { count: unread.size, notifies: [...unread.values()].includes(true) };
  }

  /** The command menu of the open conversation. */
  openCommands(): readonly PageCommand[] {
    return this.commands.get(this.conversation()?.chat.id ?? 0) ?? NO_COMMANDS;
  }

  isTyping(key: string): boolean {
    return (this.typingUntil.get(key) ?? 0) > this.now();
  }

  /** The current Unix time in seconds. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  isSilent(message: Message): boolean {
    return this.silent.has(`${message.chat.id}:${message.message_id}`);
  }

  isFromBot(message: Message): boolean {
    return message.from?.is_bot ?? false;
  }

  /** Whether the person at this page wrote it; in a group that is the person of the first private chat. */
  isOwn(message: Message): boolean {
    const { chat, from } = message;
    const person = chat.type === "private" ? chat : this.chats.find(({ type }) => type === "private");
    return from?.id === person?.id;
  }

  /** Whether the person has not written yet in their own chat. */
  isNew({ key, chat }: Conversation): boolean {
    return chat.type === "private" && !this.history.of(key).some((message) => this.isOwn(message));
  }

  private start(hello: Extract<PageEvent, { type: "hello" }>): void {
    const isSameWorld = this.world === hello.world;
    const missed = hello.messages.filter((message) => !this.history.find(message.chat.id, message.message_id));
    this.bot = hello.bot;
    for (const { id, commands } of hello.chats) this.commands.set(id, commands);
    this.presses.clear();
    this.typingUntil.clear();
    this.history.clear();
    this.streams.clear();
    if (!isSameWorld) this.unread.clear();
    for (const message of hello.messages) this.history.put(message);
    this.setChats(hello.chats);
    if (isSameWorld) this.noteMissed(missed);
    this.world = hello.world;
  }

  private noteMissed(messages: readonly Message[]): void {
    for (const message of messages) {
      this.history.remove(message.chat.id, message.message_id);
      this.add(message, false);
    }
  }

  private forget(chatId: number, messageId: number): void {
    for (const [key, unread] of this.unread) {
      if (!isOfChat(key, chatId)) continue;
      unread.delete(messageId);
      if (unread.size === 0) this.unread.delete(key);
    }
  }

  private setChats(chats: readonly PageChat[]): void {
    if (chats === this.chats) return;
    this.chats = chats;
    this.conversations = conversationsOf(chats);
  }
}
