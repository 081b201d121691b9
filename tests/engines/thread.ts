import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@grammyjs/types";
import { vi } from "vitest";
import { type Stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import type { photo } from "../helpers/pictures.ts";

const OUTCOME = /^(done|error|cancelled|interrupted) · /;

/** A thread of one engine in the private chat. */
export class Thread {
  readonly #stage: Stage;
  readonly #web: string;
  readonly #pressed = new Set<number>();
  #last: Message | undefined;

  constructor(staged: Stage, web: string) {
    this.#stage = staged;
    this.#web = web;
  }

  /** The prompt's id. */
  say(prompt: string): number {
    const { last } = this;
    return this.#stage.say(last ? prompt : `/web ${prompt}`, last && { replyTo: last.message_id });
  }

  show(picture: ReturnType<typeof photo>, caption: string): number {
    const { emulator } = this.#stage;
    const { last } = this;
    const more = { chatId: emulator.privateChatId, caption, ...(last && { replyTo: last.message_id }) };
    return emulator.sendPhoto({ ...more, photo: picture }).message_id;
  }

  get last(): Message | undefined {
    return this.#last;
  }

  /** The next card that nobody has answered. */
  async card(): Promise<Message> {
    const found = await this.#stage.emulator.waitFor(() => this.#openCard(), RUN_TIMEOUT_MS);
    this.#pressed.add(found.message_id);
    return found;
  }

  /** The outcome of a prompt, with every card allowed. */
  async outcome(id: number): Promise<string> {
    const { emulator, press } = this.#stage;
    for (;;) {
      const found = await emulator.waitFor(() => this.#outcomeOf(id) ?? this.#openCard(), RUN_TIMEOUT_MS);
      if (found.reply_to_message?.message_id === id && OUTCOME.test(textOf(found))) {
        this.#last = found;
        return textOf(found);
      }
      this.#pressed.add(found.message_id);
      await press(found, "Allow");
    }
  }

  async run(prompt: string): Promise<string> {
    return this.outcome(this.say(prompt));
  }

  /** Starts a command that ends only with its turn; gives the prompt's id. */
  async hold(name: string, before = "true"): Promise<number> {
    const id = this.say(`[[shell ${before} & touch ${name}; until [ -e go-${name} ]; do sleep 0.05; done]]`);
    const begun = this.exists(name);
    const allowing = this.card().then((card) => this.#stage.press(card, "Allow"));
    await Promise.race([begun, allowing]);
    await begun;
    return id;
  }

  /** Resolves when a file is in the project. */
  async exists(file: string): Promise<void> {
    await vi.waitUntil(() => existsSync(join(this.#web, file)), { timeout: RUN_TIMEOUT_MS, interval: 50 });
  }

  #messages(): readonly Message[] {
    const { emulator } = this.#stage;
    return emulator.messages(emulator.privateChatId).filter(({ from }) => from?.is_bot);
  }

  #outcomeOf(id: number): Message | undefined {
    return this.#messages().find(
      (message) => message.reply_to_message?.message_id === id && OUTCOME.test(textOf(message)),
    );
  }

  #openCard(): Message | undefined {
    return this.#messages().find(
      (message) =>
        !this.#pressed.has(message.message_id) &&
        (message.reply_markup?.inline_keyboard ?? []).flat().some(({ text }) => text === "Allow" || text === "Blue"),
    );
  }
}
