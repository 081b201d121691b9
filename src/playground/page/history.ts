import type { Message } from "@grammyjs/types";
import { keyOfMessage } from "./conversations.ts";

const NONE: readonly Message[] = [];

/** The messages of all conversations, each conversation in the order of message ids and without doubles. */
export class History {
  private readonly lists = new Map<string, Message[]>();
  private readonly known = new Map<string, Message>();

  /** The live list of one conversation: read it, do not keep it. */
  of(key: string): readonly Message[] {
    return this.lists.get(key) ?? NONE;
  }

  find(chatId: number, messageId: number): Message | undefined {
    return this.known.get(`${chatId}:${messageId}`);
  }

  clear(): void {
    this.lists.clear();
    this.known.clear();
  }

  /** Adds a message or replaces the one with its id; answers whether it was new. */
  put(message: Message): boolean {
    const id = `${message.chat.id}:${message.message_id}`;
    const isNew = !this.known.has(id);
    this.known.set(id, message);
    const key = keyOfMessage(message);
    const list = this.lists.get(key) ?? [];
    this.lists.set(key, list);
    const at = placeOf(list, message.message_id);
    list.splice(at, list[at]?.message_id === message.message_id ? 1 : 0, message);
    return isNew;
  }

  remove(chatId: number, messageId: number): void {
    const message = this.find(chatId, messageId);
    if (!message) return;
    this.known.delete(`${chatId}:${messageId}`);
    const list = this.lists.get(keyOfMessage(message));
    const at = list ? placeOf(list, messageId) : -1;
    if (list?.[at]?.message_id === messageId) list.splice(at, 1);
  }
}

/** The index of the first message whose id is not below `id`. */
function placeOf(list: readonly Message[], id: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.message_id ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
