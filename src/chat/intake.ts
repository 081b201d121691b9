import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { refOf } from "./answers.ts";
import { originOf, type Received } from "./incoming.ts";
import { type Transport, Unreadable } from "./transport.ts";

/** An update as the transport has it. */
export interface Update {
  /** Newer ones have higher ids. */
  readonly id: number;
  readonly body: unknown;
}

export interface IntakeParts {
  readonly store: Store;
  readonly transport: Transport;
  readonly log: Logger;
  readonly now: () => number;
}

/** The door of the chats: who may come in, and what of that is new and can be read. */
export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Strangers get silence; what is known already is left out; the rest is stored. */
  accept(update: Update): Received | undefined {
    const received = this.read(update);
    if (!received) return undefined;
    const origin = originOf(received);
    const { transport, store, log, now } = this.#parts;
    if (!transport.allows(origin)) {
      const hint = transport.hintOn?.(origin);
      log.info({ chatId: origin.chatId, userId: origin.userId, ...(hint && { hint }) }, "update.stranger");
      return undefined;
    }
    const message = "message" in received ? received.message : undefined;
    const stored = {
      id: update.id,
      chatId: message?.chatId ?? null,
      messageId: message?.messageId ?? null,
      body: JSON.stringify(update.body),
    };
    return store.updates.receive(stored, now()) ? received : undefined;
  }

  /**
   * An unreadable update is set aside so that it does not hold up later ones. It is kept and told only if its sender
   * may use the bot.
   */
  read(update: Update): Received | undefined {
    const { store, transport, log, now } = this.#parts;
    const { id, body } = update;
    try {
      return transport.read(body);
    } catch (error) {
      const ref = refOf(id);
      log.error({ err: error, ref }, "update.unreadable");
      const origin = error instanceof Unreadable ? error.origin : undefined;
      const stored = { id, chatId: null, messageId: null, body: JSON.stringify(body) };
      if (origin && transport.allows(origin) && store.updates.receive(stored, now())) tellSetAside(ref, this.#parts);
      store.updates.setAside(id);
      return undefined;
    }
  }
}

/** Tells the main chat of an update that nothing became of. */
export function tellSetAside(ref: string, { store, transport, now }: Omit<IntakeParts, "log">): void {
  const body = `An update could not be handled and was set aside (ref ${ref}); the log has the cause.`;
  store.deliveries.add({ chatId: transport.mainChat, body, createdAt: now() });
}
