import type { Logger } from "../log.ts";
import type { Delivery } from "../store/deliveries.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { Buttons } from "./document.ts";
import { InDoubt, type Message, type SendOptions, Superseded, TooRich, type Transport } from "./transport.ts";

/** How a part may reach the chat. */
interface Way {
  readonly final: Final;
  /** Set if the progress message may become it. */
  readonly mayReplace: (Final & { readonly mayBeThere: boolean }) | undefined;
  readonly options: SendOptions;
}

/** Everything that the parts of an outcome have beyond those of a short reply. */
export interface Final {
  readonly run?: StoredRun;
  readonly buttons?: Buttons;
  readonly progressId?: string | undefined;
}

interface SenderParts {
  readonly transport: Transport;
  readonly store: Store;
  readonly log: Logger;
}

/** Sends the messages of a delivery one after another, and keeps how far that got. */
export class PartSender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Sends what `compose` makes; made plain if the chat's server refuses the rich form. As of `send`. */
  async sendComposed(
    delivery: Delivery,
    compose: (isPlain: boolean) => readonly Message[] | Promise<readonly Message[]>,
    final: Final,
  ): Promise<boolean> {
    try {
      return await this.send(delivery, await compose(false), final);
    } catch (error) {
      if (!(error instanceof TooRich)) throw error;
      return this.send(delivery, await compose(true), final);
    }
  }

  /** Sends the parts that are not there yet. True when the progress message became the first of them. */
  async send(delivery: Delivery, parts: readonly Message[], final: Final): Promise<boolean> {
    const { store, log } = this.#parts;
    let isReplaced = false;
    for (let index = store.deliveries.sentParts(delivery.id); index < parts.length; index++) {
      const part = parts[index];
      if (!part) break;
      const buttons = index === parts.length - 1 ? final.buttons : undefined;
      store.durably(() => store.deliveries.sending(delivery.id));
      log.debug({ deliveryId: delivery.id, index }, "delivery.sending");
      // Only a message that was not taken, or may be there already, goes into the place of the progress message.
      const mayReplace = index === 0 ? { ...final, mayBeThere: delivery.state === "sending" } : undefined;
      const became = await this.#bring(delivery, part, {
        final,
        mayReplace,
        options: { buttons, isSilent: index > 0 || delivery.isSilent === 1 },
      });
      isReplaced ||= became === "progress";
      log.debug({ deliveryId: delivery.id, index }, "delivery.arrived");
      store.durably(() => {
        store.deliveries.progressed(delivery.id, index + 1);
        // It is the answer now: nothing may remove it any more.
        if (isReplaced && final.run) store.runs.setProgress(final.run.id, null);
      });
    }
    return isReplaced;
  }

  /** Sends one part for as long as it may be taken; says what it became. */
  async #bring(
    delivery: Delivery,
    part: Message,
    { final, mayReplace, options }: Way,
  ): Promise<"message" | "progress"> {
    let mayBeThere = mayReplace?.mayBeThere ?? false;
    const replace = async () => mayReplace !== undefined && this.#replaceProgress(delivery, part, mayReplace, options);
    for (;;) {
      try {
        if (mayBeThere && (await replace())) return "progress";
        await this.#sendPart(delivery, part, final, options);
        return "message";
      } catch (error) {
        mayBeThere = error instanceof InDoubt;
        if (mayBeThere) continue;
        // It is not taken as a message: the progress message, which is there, becomes it.
        if (isRefusal(error) && (await replace().catch(() => false))) return "progress";
        throw error;
      }
    }
  }

  /**
   * The first part may have arrived, and only the transport's answer was lost: the progress message becomes it, since an
   * edit can be repeated without doubling anything. False if there is none.
   */
  async #replaceProgress(
    delivery: Delivery,
    part: Message,
    { progressId }: Final,
    options: SendOptions,
  ): Promise<boolean> {
    if (progressId === undefined || "name" in part) return false;
    return this.#parts.transport.edit(delivery.chatId, progressId, part, options);
  }

  async #sendPart(delivery: Delivery, part: Message, { run }: Final, options: SendOptions): Promise<void> {
    const { transport, store } = this.#parts;
    const messageId = await transport.send(delivery, part, options);
    if (run) store.messages.lead(delivery.chatId, messageId, run.id);
    else store.deliveries.keepReply(delivery.chatId, messageId);
  }
}

const isRefusal = (error: unknown) => !(error instanceof Superseded || error instanceof TooRich);
