import { continuationOf } from "../bridge/continuation.ts";
import type { Engine } from "../engine/contract.ts";
import type { Logger } from "../log.ts";
import type { Delivery } from "../store/deliveries.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { finalButtons } from "./buttons.ts";
import { continueButton } from "./continue-button.ts";
import type { Buttons } from "./document.ts";
import { type OpenFile, toFileMessage } from "./file-message.ts";
import { cancelledView, outcomeOf, resumeLineOf, type Style, saidView } from "./outcome.ts";
import type { ProgressMessage } from "./progress-message.ts";
import { readReply } from "./reply.ts";
import { retire, retireParked, retireStale } from "./retire.ts";
import { InDoubt, type Message, type SendOptions, Superseded, TooRich, type Transport } from "./transport.ts";

export interface DelivererParts {
  readonly transport: Transport;
  readonly store: Store;
  readonly engines: readonly Engine[];
  readonly style: () => Style;
  /** A file of a machine, for sending. */
  readonly openFile: OpenFile;
  /** The progress messages of this process by run; each is taken out when its run's outcome is delivered. */
  readonly progress: Map<string, ProgressMessage>;
  readonly log: Logger;
}

/** In characters; a message holds 4096, with the marks of Markdown in words. */
const BODY_LENGTH = 3500;

/** Brings what the store has for a chat to its people, until they have it; only then the progress message goes. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #flying = new Map<number, Promise<void>>();
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** The id of the newest delivery that was taken up: those before it are under way or settled. */
  #newest = 0;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** Takes up whatever came into the store since the last call; the first call takes up what an ended bridge left. */
  kick(): void {
    if (this.#isClosed) return;
    for (const delivery of this.#parts.store.deliveries.open(this.#newest)) {
      this.#newest = delivery.id;
      if (this.#flying.has(delivery.id)) continue;
      const done = this.#deliver(delivery).finally(() => this.#flying.delete(delivery.id));
      this.#flying.set(delivery.id, done);
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#flying.size > 0) await Promise.all(this.#flying.values());
  }

  /** Takes nothing up any more: the store is about to be closed. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
  }

  /** Never rejects: what cannot be stored now is taken up again, as if it had just come. */
  async #deliver(delivery: Delivery): Promise<void> {
    try {
      await this.#tryToDeliver(delivery);
    } catch (error) {
      this.#parts.log.error({ err: error, deliveryId: delivery.id }, "delivery.not_stored");
      this.#newest = Math.min(this.#newest, delivery.id - 1);
      clearTimeout(this.#retry);
      if (!this.#isClosed) this.#retry = setTimeout(() => this.kick(), STORE_RETRY_MS).unref();
    }
  }

  async #tryToDeliver(delivery: Delivery): Promise<void> {
    const { store, log } = this.#parts;
    try {
      const run = delivery.runId === null ? undefined : store.runs.get(delivery.runId);
      if (delivery.file !== null) await this.#deliverFile(delivery, delivery.file, run);
      else if (run && delivery.body === null) await this.#deliverOutcome(delivery, run);
      else await this.#deliverReply(delivery, replyOf(delivery, run));
      log.debug({ deliveryId: delivery.id }, "delivery.settled");
      store.deliveries.sent(delivery.id);
      await retireStale(delivery.chatId, this.#parts);
      if (!run || delivery.body !== null) return;
      await this.#parts.progress.get(run.id)?.clean();
      this.#parts.progress.delete(run.id);
    } catch (error) {
      if (error instanceof Superseded) return;
      const problem = error instanceof Error ? error.message : String(error);
      store.deliveries.park(delivery.id, problem);
      log.error(
        { err: error, deliveryId: delivery.id, runId: delivery.runId, chatId: delivery.chatId },
        "delivery.parked",
      );
      await this.#tellParked(delivery, problem).catch((cause: unknown) => {
        if (!(cause instanceof Superseded)) log.warn({ err: cause, deliveryId: delivery.id }, "delivery.parked_untold");
      });
    }
  }

  async #tellParked({ runId, body }: Delivery, problem: string): Promise<void> {
    const run = runId === null || body !== null ? undefined : this.#parts.store.runs.get(runId);
    if (!run) return;
    this.#parts.progress.delete(run.id);
    await retireParked(run, problem, this.#parts, () => this.kick());
  }

  /** A file comes after the answer of its run. */
  async #deliverFile(delivery: Delivery, file: string, run: StoredRun | undefined): Promise<void> {
    const before = this.#parts.store.deliveries.open().filter(({ id, runId }) => id < delivery.id && runId === run?.id);
    await Promise.all(before.map(({ id }) => this.#flying.get(id)));
    const message = await toFileMessage(file, this.#parts.openFile);
    await this.#sendParts(delivery, [message], run ? { run } : {});
  }

  async #deliverOutcome(delivery: Delivery, run: StoredRun): Promise<void> {
    const { store, engines, style, transport } = this.#parts;
    const progress = this.#parts.progress.get(run.id);
    await progress?.settled();
    const progressId = store.runs.get(run.id)?.progressId ?? undefined;
    const continuation = continuationOf(run.id, store);
    const buttons = [
      ...(continuation ? [[continueButton(run, continuation, store)]] : []),
      ...finalButtons(run, resumeLineOf(run, engines)),
    ];
    if (run.outcome === "cancelled") {
      const view = cancelledView(run, { engines, style: style(), progress: progress?.progress });
      const edit = (id: string) => transport.edit(run.chatId, id, view, { buttons, isSilent: true });
      if (progressId !== undefined && (await edit(progressId))) return store.runs.setProgress(run.id, null);
      await this.#sendParts(delivery, [view], { run, buttons });
      return;
    }
    const send = async (isPlain: boolean) => {
      const view = { ...outcomeOf(run, engines, style()), continuation };
      const parts = await transport.compose(view, run.chatId, isPlain);
      return this.#sendParts(delivery, parts, { run, buttons, progressId });
    };
    const isReplaced = await send(false).catch((error: unknown) => {
      if (error instanceof TooRich) return send(true);
      throw error;
    });
    this.#parts.log.debug({ deliveryId: delivery.id }, "delivery.parts_sent");
    if (progressId !== undefined && !isReplaced) {
      await retire({ ...run, progressId }, { instead: "The answer is below." }, this.#parts);
    }
  }

  async #deliverReply(delivery: Delivery, final: Final): Promise<void> {
    const { transport, engines, style } = this.#parts;
    const { run } = final;
    // The answer of a turn that is too long for one message comes in parts, like any answer.
    if (run?.origin.type === "goal" && delivery.body && delivery.body.length > BODY_LENGTH) {
      const parts = await transport.compose(
        saidView(run, delivery.body, { engines, style: style() }),
        run.chatId,
        true,
      );
      await this.#sendParts(delivery, parts, final);
      return;
    }
    const reply = await readReply(delivery);
    const send = (isPlain: boolean) => {
      const parts = "folds" in reply ? this.#parts.transport.composeFolded(reply, delivery.chatId, isPlain) : [reply];
      return this.#sendParts(delivery, parts, final);
    };
    await send(false).catch((error: unknown) => {
      if (error instanceof TooRich) return send(true);
      throw error;
    });
  }

  /** Sends the parts that are not there yet. True when the progress message became the first of them. */
  async #sendParts(delivery: Delivery, parts: readonly Message[], final: Final): Promise<boolean> {
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

/** How long a delivery waits that the store could not keep up with, as on a full disk. */
const STORE_RETRY_MS = 1_000;

const isRefusal = (error: unknown) => !(error instanceof Superseded || error instanceof TooRich);

function replyOf({ keyboard }: Delivery, run: StoredRun | undefined): Final {
  // A state file may hold an older form of them, which is no list.
  const buttons: unknown = keyboard === null ? undefined : JSON.parse(keyboard);
  return { ...(run && { run }), ...(Array.isArray(buttons) && { buttons: buttons as Buttons }) };
}

/** How a part may reach the chat. */
interface Way {
  readonly final: Final;
  /** Set if the progress message may become it. */
  readonly mayReplace: (Final & { readonly mayBeThere: boolean }) | undefined;
  readonly options: SendOptions;
}

/** What the parts of an outcome have beyond those of a short reply. */
interface Final {
  readonly run?: StoredRun;
  readonly buttons?: Buttons;
  readonly progressId?: string | undefined;
}
