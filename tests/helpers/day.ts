import type { Message, User } from "@grammyjs/types";
import { expect } from "vitest";
import { buttonsOf, CARD, closed, press } from "./asking.ts";
import { type Stage, textOf } from "./bridge.ts";

/** Where a person writes. */
export interface Place {
  readonly chatId: number;
  readonly threadId?: number;
}

/** A person who says things, and remembers what the bot must have said to each. */
export class Day {
  readonly bridge: Pick<Stage, "emulator">;
  /** By chat and message: what the replies to it must look like, in order; none for what is answered otherwise. */
  readonly #expected = new Map<string, readonly RegExp[]>();
  said = 0;

  constructor(bridge: Pick<Stage, "emulator">) {
    this.bridge = bridge;
  }

  /** Says something and waits for all that the bot replies; gives the last of it. */
  async ask(text: string, at: Place & { replyTo?: number }, ...replies: readonly RegExp[]): Promise<Message> {
    return this.answered(this.bridge.emulator.sendText({ ...at, text }), ...replies);
  }

  async answered(message: Message, ...replies: readonly RegExp[]): Promise<Message> {
    this.said += 1;
    this.#expected.set(`${message.chat.id}:${message.message_id}`, replies);
    const { emulator } = this.bridge;
    return emulator.waitFor(() => {
      const got = this.#repliesTo(message.chat.id, message.message_id);
      return replies.every((reply) => got.some((one) => reply.test(textOf(one)))) ? got.at(-1) : undefined;
    });
  }

  /** Says what gets no reply of its own. */
  silently(text: string, at: Place & { replyTo?: number; from?: User }): void {
    const message = this.bridge.emulator.sendText({ ...at, text });
    this.said += 1;
    this.#expected.set(`${at.chatId}:${message.message_id}`, []);
  }

  /** A message that is answered with another one, as the rest of an album is. */
  quietly(messages: readonly Message[]): void {
    for (const { chat, message_id } of messages) this.#expected.set(`${chat.id}:${message_id}`, []);
    this.said += messages.length;
  }

  /** One more reply to a message that was answered before. */
  async more(message: Message, reply: RegExp): Promise<void> {
    const key = `${message.chat.id}:${message.message_id}`;
    const expected = [...(this.#expected.get(key) ?? []), reply];
    this.#expected.set(key, expected);
    await this.bridge.emulator.waitFor(
      () => this.#repliesTo(message.chat.id, message.message_id).length >= expected.length || undefined,
    );
  }

  /** The message of a question that the run of a message asks. */
  cardOf({ chat, message_id: id }: Message): Promise<Message> {
    return this.bridge.emulator.waitFor(() =>
      this.#repliesTo(chat.id, id).findLast((one) => CARD.test(textOf(one)) && buttonsOf(one).length > 0),
    );
  }

  async press(card: Message, label: string): Promise<void> {
    await press(this.bridge, card, label);
  }

  async closes(card: Message, like: RegExp): Promise<void> {
    expect(textOf(await closed(this.bridge, card))).toMatch(like);
  }

  /** Waits until the run of a message is at work. */
  async begins({ chat, message_id: id }: Message): Promise<void> {
    const { emulator } = this.bridge;
    await emulator.waitFor(() =>
      emulator.messages(chat.id).find((one) => one.reply_to_message?.message_id === id && /^working/.test(textOf(one))),
    );
  }

  /** Both outcomes are of one session. */
  continues(before: Message, after: Message): void {
    expect(sessionOf(after)).toBe(sessionOf(before));
  }

  sees(found: unknown, wanted: unknown): void {
    expect(found).toBe(wanted);
  }

  #repliesTo(chatId: number, messageId: number): readonly Message[] {
    return this.bridge.emulator
      .messages(chatId)
      .filter(({ from, reply_to_message }) => from?.is_bot && reply_to_message?.message_id === messageId)
      .filter((one) => !/^(starting|working|queued|waiting for you|stopping) · /.test(textOf(one)));
  }

  /** Each message has the replies that it must have, in their order, and no others. */
  check(): void {
    for (const [key, expected] of this.#expected) {
      const [chatId = 0, messageId = 0] = key.split(":").map(Number);
      const got = this.#repliesTo(chatId, messageId).map(textOf);
      const asked = textOf(this.bridge.emulator.message(chatId, messageId) as Message);
      expect(got, asked).toEqual(expected.map((reply) => expect.stringMatching(reply)));
    }
  }
}

const sessionOf = (message: Message) => /alpha resume (\S+)/.exec(textOf(message))?.[1];
