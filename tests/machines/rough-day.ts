import type { Message } from "@grammyjs/types";
import { expect } from "vitest";
import type { Emulator } from "../../src/playground/emulator.ts";
import { buttonsOf, CARD, dataOf } from "../helpers/asking.ts";
import { BUSY, OUTCOME, textOf } from "../helpers/bridge.ts";
import { Day } from "../helpers/day.ts";

/** How long a person waits before the next try. */
const PATIENCE_MS = 10_000;
const TRIES = 18;

/** What is said of a task that cannot even begin. */
const REFUSED = /gone since|out of reach|did not answer|Nobody answers|cannot be reached/;
/** What the strict day expects of a task. */
const OF_TASK = /\^done|\^cancelled|You said|transcribed/;

export interface RoughDayOptions {
  readonly emulator: Emulator;
  /** Called for each message that is to be answered. */
  readonly onMessage: () => void;
  /** How many bridges there have been. */
  readonly bridges: () => number;
}

/** A person whose bot, machines and broker are killed all day: content if each task is answered or reported once. */
export class RoughDay extends Day {
  readonly #tasks: Message[] = [];
  readonly #options: RoughDayOptions;
  /** Orders that a bridge forgot as it was killed: a person gives them again, or not. */
  forgotten = 0;

  constructor(options: RoughDayOptions) {
    super(options);
    this.#options = options;
  }

  override async answered(message: Message, ...replies: readonly RegExp[]): Promise<Message> {
    this.said += 1;
    this.#options.onMessage();
    const isTask = replies.some(({ source }) => OF_TASK.test(source));
    if (isTask) this.#tasks.push(message);
    if (!isTask) return this.#obeyed(message, 1);
    return this.#until(
      () => this.#told(message).at(-1),
      () => this.#nudge(message),
    );
  }

  /** A bridge that is killed may forget an order, but no task. */
  async #obeyed(message: Message, replies: number): Promise<Message> {
    const { bridges } = this.#options;
    const before = bridges();
    let isForgotten = false;
    const find = () => this.#replies(message).at(replies - 1) ?? (isForgotten ? message : undefined);
    const found = await this.#until(find, () => {
      // What has begun is no order: it is answered in the end.
      isForgotten = bridges() > before && this.#from(message).length === 0;
    });
    if (found === message) this.forgotten += 1;
    return found;
  }

  override async more(message: Message): Promise<void> {
    await this.#obeyed(message, 2);
  }

  override async cardOf(message: Message): Promise<Message> {
    return this.#until(
      () => this.#cards(message).at(-1) ?? this.#told(message).at(-1),
      () => {},
    );
  }

  override async press(card: Message, label: string): Promise<void> {
    const now = this.bridge.emulator.message(card.chat.id, card.message_id);
    const isOpen = buttonsOf(now).some((button) => button.text === label && "callback_data" in button);
    if (now && isOpen)
      this.bridge.emulator.press({ chatId: card.chat.id, messageId: card.message_id, data: dataOf(now, label) });
  }

  override async begins(message: Message): Promise<void> {
    const find = () => this.#from(message).find((one) => /^working/.test(textOf(one))) ?? this.#told(message).at(-1);
    await this.#until(find, () => {});
  }

  override async closes(): Promise<void> {}
  override continues(): void {}
  override sees(): void {}

  /** Each task was reported, and none by two runs. Gives how many were told twice, since Telegram's answer was lost. */
  override check(): number {
    const isOutcome = (one: Message) => OUTCOME.test(textOf(one));
    const outcomes = this.#tasks.map((message) => this.#told(message).filter(isOutcome));
    for (const [index, told] of outcomes.entries())
      expect(told.length, textOf(this.#tasks[index] as Message)).toBeLessThanOrEqual(2);
    return outcomes.filter(({ length }) => length === 2).length;
  }

  /** What a person does who has waited: presses the first button of the newest question again, or says /cancel again. */
  #nudge(message: Message): void {
    const { emulator } = this.bridge;
    const card = this.#cards(message).at(-1);
    const button = buttonsOf(card).find((one) => "callback_data" in one);
    if (card && button && "callback_data" in button)
      emulator.press({ chatId: card.chat.id, messageId: card.message_id, data: button.callback_data });
    if (/hang until I stop you/.test(textOf(message))) emulator.sendText({ chatId: message.chat.id, text: "/cancel" });
  }

  async #until(find: () => Message | undefined, nudge: () => void): Promise<Message> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.bridge.emulator.waitFor(find, PATIENCE_MS);
      } catch (error) {
        if (tries === TRIES) throw error;
        nudge();
      }
    }
  }

  #from({ chat, message_id: id }: Message): readonly Message[] {
    const all = this.bridge.emulator.messages(chat.id);
    return all.filter(({ from, reply_to_message }) => from?.is_bot && reply_to_message?.message_id === id);
  }

  #replies(message: Message): readonly Message[] {
    return this.#from(message).filter((one) => !BUSY.test(textOf(one)));
  }

  #told(message: Message): readonly Message[] {
    const replies = this.#replies(message).filter((one) => !CARD.test(textOf(one)));
    return replies.filter((one) => OUTCOME.test(textOf(one)) || REFUSED.test(textOf(one)));
  }

  #cards(message: Message): readonly Message[] {
    return this.#from(message).filter(
      (one) => CARD.test(textOf(one)) && buttonsOf(one).some((button) => "callback_data" in button),
    );
  }
}
