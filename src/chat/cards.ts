import type { Cards } from "../bridge/screen.ts";
import { writeContext } from "../domain/context.ts";
import type { Logger } from "../log.ts";
import type { StoredQuestion } from "../store/questions.ts";
import type { Store } from "../store/store.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import { renderAskedAgain, renderCard, renderReminder, renderWhyNot } from "./card.ts";
import { type CardState, cardButtons, whyNotButtons } from "./card-buttons.ts";
import type { Document, TextFile } from "./document.ts";
import { InDoubt, Superseded, type Transport } from "./transport.ts";

interface CardsParts {
  readonly transport: Transport;
  readonly store: Store;
  readonly log: Logger;
}

const NOTHING: ReadonlySet<number> = new Set();

/**
 * The cards in the chats: each is a notifying reply to its task. A card shows the stored state of its question. A card
 * that may have been lost on its way is sent again: two cards of one question do no harm.
 */
export class ChatCards implements Cards {
  readonly #parts: CardsParts;
  /** Calls under way, by key: the calls of one card wait for each other. */
  readonly #chains = new Map<string, Promise<void>>();
  /** Options that are ticked and not sent, by key. */
  readonly #chosen = new Map<string, ReadonlySet<number>>();
  /** The messages that ask why something is denied, by key. */
  readonly #whyNots = new Map<string, string>();

  constructor(parts: CardsParts) {
    this.#parts = parts;
  }

  show(key: string): void {
    this.#enqueue(key, (stored, run) => this.#show(stored, run));
  }

  remind(key: string): void {
    this.#enqueue(key, (stored) => this.#notify(stored, renderReminder(stored)));
  }

  /** Asks for the reason of a denial, once; the reply to that message denies. */
  askWhyNot(key: string): void {
    this.#enqueue(key, async (stored, { engine }) => {
      if (stored.state !== "open" || this.#whyNots.has(key)) return;
      const options = { buttons: whyNotButtons(key), isSilent: true, urgency: "press", wantsReply: true } as const;
      const target = { ...stored, replyTo: stored.cardId };
      const messageId = await this.#parts.transport.send(target, renderWhyNot(engine), options);
      this.#whyNots.set(key, messageId);
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
    const { engine, project, branch, cwd } = run;
    const place = project === null ? undefined : writeContext({ project, branch });
    const { document, file } = renderCard({ stored, engine, project: place, cwd: cwd ?? undefined });
    if (state !== "open") await this.#forget(stored);
    if (cardId !== null) {
      const buttons = cardButtons(stored, this.#stateOf(stored, run));
      await transport.edit(chatId, cardId, document, { buttons, isSilent: true, urgency: "note" });
      store.questions.setCardState(key, state);
    } else if (state === "open" && !(await this.#reuse(stored, run, document))) {
      await this.#send(stored, run, document, file);
    }
  }

  #stateOf({ key }: StoredQuestion, run: StoredRun): CardState {
    const canResume = knownSession(run) !== null && this.#parts.store.runs.sequelOf(run.id) === undefined;
    return { chosen: this.chosen(key), canResume };
  }

  /** Makes the card of the same question, asked before a restart, the card of this one. False if there is none. */
  async #reuse(stored: StoredQuestion, run: StoredRun, document: Document): Promise<boolean> {
    const { transport, store } = this.#parts;
    const cardId = store.questions.cardBefore(stored, run);
    if (cardId === undefined) return false;
    const buttons = cardButtons(stored, this.#stateOf(stored, run));
    if (!(await transport.edit(stored.chatId, cardId, document, { buttons, isSilent: true, urgency: "press" })))
      return false;
    store.transaction(() => {
      store.questions.takeCard(stored.key, stored.chatId, cardId);
      store.messages.lead(stored.chatId, cardId, run.id);
    });
    await this.#notify({ ...stored, cardId }, renderAskedAgain(stored));
    return true;
  }

  /** A short message that rings, and leads to the open card. */
  async #notify(stored: StoredQuestion, document: Document): Promise<void> {
    const { state, cardId: replyTo } = stored;
    if (state !== "open" || replyTo === null) return;
    const options = { isSilent: false, urgency: "press" } as const;
    this.#belongs(stored, await this.#parts.transport.send({ ...stored, replyTo }, document, options));
  }

  async #forget({ key, chatId }: StoredQuestion): Promise<void> {
    this.#chosen.delete(key);
    const whyNot = this.#whyNots.get(key);
    this.#whyNots.delete(key);
    if (whyNot !== undefined) await this.#parts.transport.remove(chatId, whyNot);
  }

  async #send(stored: StoredQuestion, run: StoredRun, document: Document, file: TextFile | undefined): Promise<void> {
    const { transport, store } = this.#parts;
    const { key, chatId } = stored;
    const buttons = cardButtons(stored, this.#stateOf(stored, run));
    const wantsReply = stored.question.kind === "text";
    const options = { buttons, isSilent: false, urgency: "press", wantsReply } as const;
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
