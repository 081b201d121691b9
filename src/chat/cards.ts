import type { Cards } from "../bridge/screen.ts";
import type { Logger } from "../log.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { renderCard, renderReminder } from "./card.ts";
import { cardButtons } from "./card-buttons.ts";
import type { Document, TextFile } from "./document.ts";
import { contextOf } from "./outcome.ts";
import { InDoubt, Superseded, type Transport } from "./transport.ts";

interface CardsParts {
  readonly transport: Transport;
  readonly store: Store;
  readonly log: Logger;
}

const NOTHING: ReadonlySet<number> = new Set();

/**
 * The cards in the chats: each is a notifying reply to its task. A card shows what the store says of its question; one
 * that may have been lost on its way is sent again, since two cards of one question do no harm.
 */
export class ChatCards implements Cards {
  readonly #parts: CardsParts;
  /** What is under way, by key: the calls of one card go one after the other. */
  readonly #chains = new Map<string, Promise<void>>();
  /** Options that are ticked and not sent, by key. */
  readonly #chosen = new Map<string, ReadonlySet<number>>();

  constructor(parts: CardsParts) {
    this.#parts = parts;
  }

  show(key: string): void {
    this.#enqueue(key, (stored, run) => this.#show(stored, run));
  }

  remind(key: string): void {
    this.#enqueue(key, async (stored) => {
      const { state, cardId: replyTo } = stored;
      if (state !== "open" || replyTo === null) return;
      const { transport } = this.#parts;
      const messageId = await transport.send({ ...stored, replyTo }, renderReminder(stored), {
        isSilent: false,
        urgency: "press",
      });
      this.#belongs(stored, messageId);
    });
  }

  /** The options that are ticked so far. */
  chosen(key: string): ReadonlySet<number> {
    return this.#chosen.get(key) ?? NOTHING;
  }

  /** Ticks an option, or takes its tick away. */
  toggle(key: string, index: number): void {
    const chosen = new Set(this.chosen(key));
    if (!chosen.delete(index)) chosen.add(index);
    this.#chosen.set(key, chosen);
    this.show(key);
  }

  /** Resolves when nothing is on its way to a chat. */
  async idle(): Promise<void> {
    while (this.#chains.size > 0) await Promise.all(this.#chains.values());
  }

  #enqueue(key: string, work: (stored: StoredQuestion, run: StoredRun) => Promise<void>): void {
    const { store, log } = this.#parts;
    const next = (this.#chains.get(key) ?? Promise.resolve())
      .then(async () => {
        const stored = store.questions.get(key);
        const run = stored && store.runs.get(stored.runId);
        if (run) await work(stored, run);
      })
      .catch((error: unknown) => {
        if (!(error instanceof Superseded)) log.error({ err: error, key }, "card.failed");
      })
      .finally(() => {
        if (this.#chains.get(key) === next) this.#chains.delete(key);
      });
    this.#chains.set(key, next);
  }

  async #show(stored: StoredQuestion, run: StoredRun): Promise<void> {
    const { transport, store } = this.#parts;
    const { key, state, chatId, cardId } = stored;
    const { document, file } = renderCard({ stored, engine: run.engine, context: contextOf(run) });
    if (state !== "open") this.#chosen.delete(key);
    if (cardId !== null) {
      const buttons = cardButtons(stored, this.chosen(key));
      await transport.edit(chatId, cardId, document, { buttons, isSilent: true, urgency: "note" });
      store.questions.setCardState(key, state);
    } else if (state === "open") await this.#send(stored, run, document, file);
  }

  async #send(stored: StoredQuestion, run: StoredRun, document: Document, file: TextFile | undefined): Promise<void> {
    const { transport, store } = this.#parts;
    const { key, chatId } = stored;
    const options = { buttons: cardButtons(stored, NOTHING), isSilent: false, urgency: "press" as const };
    const cardId = await this.#insist(key, () =>
      transport.send({ ...stored, replyTo: run.messageId }, document, options),
    );
    if (cardId === undefined) return;
    store.transaction(() => {
      store.questions.setCard(key, cardId);
      store.questions.setCardState(key, "open");
      this.#belongs(stored, cardId);
      store.messages.lead(chatId, cardId, run.id);
    });
    if (!file) return;
    const fileId = await this.#insist(key, () =>
      transport.send({ ...stored, replyTo: cardId }, file, { isSilent: true }),
    );
    if (fileId !== undefined) this.#belongs(stored, fileId);
  }

  /** Sends again what may not have arrived, for as long as it is asked. */
  async #insist(key: string, send: () => Promise<string>): Promise<string | undefined> {
    while (this.#parts.store.questions.get(key)?.state === "open") {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof InDoubt)) throw error;
      }
    }
    return undefined;
  }

  #belongs({ key, chatId }: StoredQuestion, messageId: string): void {
    this.#parts.store.questions.addMessage(key, chatId, messageId);
  }
}
