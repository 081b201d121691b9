import { continuationOf } from "../bridge/continuation.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Delivery } from "../store/deliveries.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { readAnswer } from "./answers.ts";
import { continueButton, finalButtons } from "./buttons.ts";
import type { Buttons } from "./document.ts";
import { notSent, type OpenFile, toFileMessage } from "./file-message.ts";
import { cancelledView, outcomeOf, resumeLineOf, type Style, saidView } from "./outcome.ts";
import { type Final, PartSender } from "./part-sender.ts";
import type { ProgressMessage } from "./progress-message.ts";
import { retire, retireParked, retireStale } from "./retire.ts";
import { Superseded, type Transport } from "./transport.ts";

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
  readonly #sender: PartSender;
  readonly #flying = new Map<number, Promise<void>>();
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** The id of the newest delivery that was taken up: those before it are under way or settled. */
  #newest = 0;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
    this.#sender = new PartSender(parts);
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
    const final = run ? { run } : {};
    await this.#sender.send(delivery, [message], final).catch(async (error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      await this.#sender.send(delivery, [await notSent(error)], final);
    });
  }

  async #deliverOutcome(delivery: Delivery, run: StoredRun): Promise<void> {
    const { store, engines, style, transport } = this.#parts;
    const progress = this.#parts.progress.get(run.id);
    await progress?.settled();
    const progressId = store.runs.get(run.id)?.progressId ?? undefined;
    const continuation = continuationOf(run.id, store);
    const denied = store.questions.countDenied(run.id);
    const buttons = [
      ...(continuation ? [[continueButton(run, continuation, store)]] : []),
      ...finalButtons(run, resumeLineOf(run, engines)),
    ];
    if (run.outcome === "cancelled") {
      const view = cancelledView(run, { engines, style: style(), progress: progress?.progress, denied });
      const edit = (id: string) => transport.edit(run.chatId, id, view, { buttons, isSilent: true });
      if (progressId !== undefined && (await edit(progressId))) return store.runs.setProgress(run.id, null);
      await this.#sender.send(delivery, [view], { run, buttons });
      return;
    }
    const compose = (isPlain: boolean) => {
      const rest = () => store.answers.rest(run.id);
      const view = { ...outcomeOf(run, engines, style()), continuation, denied, rest };
      return transport.compose(view, run.chatId, isPlain);
    };
    const isReplaced = await this.#sender.sendComposed(delivery, compose, { run, buttons, progressId });
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
      await this.#sender.send(delivery, parts, final);
      return;
    }
    const reply = await readAnswer(delivery);
    const compose = (isPlain: boolean) =>
      "folds" in reply ? transport.composeFolded(reply, delivery.chatId, isPlain) : [reply];
    await this.#sender.sendComposed(delivery, compose, final);
  }
}

/** How long a delivery waits that the store could not keep up with, as on a full disk. */
const STORE_RETRY_MS = 1_000;

function replyOf({ keyboard }: Delivery, run: StoredRun | undefined): Final {
  // A state file may hold an older form of them, which is no list.
  const buttons: unknown = keyboard === null ? undefined : JSON.parse(keyboard);
  return { ...(run && { run }), ...(Array.isArray(buttons) && { buttons: buttons as Buttons }) };
}
