import type { InlineKeyboardMarkup } from "grammy/types";
import type { Engine } from "../engine/contract.ts";
import type { Logger } from "../log.ts";
import type { Delivery } from "../store/deliveries.ts";
import type { StoredRun } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { Refused, Unreachable } from "../telegram/api.ts";
import { Superseded } from "../telegram/outbox.ts";
import type { Post, PostOptions } from "../telegram/post.ts";
import { renderText } from "../telegram/render-text.ts";
import { finalKeyboard } from "./keyboard.ts";
import { cancelledContent, outcomeParts, type Part, resumeLineOf, type Style } from "./outcome.ts";
import type { ProgressMessage } from "./progress-message.ts";

export interface DelivererParts {
  readonly post: Post;
  readonly store: Store;
  readonly engines: readonly Engine[];
  readonly style: () => Style;
  /** The progress messages of this process by run; each is taken out when its run's outcome is delivered. */
  readonly progress: Map<string, ProgressMessage>;
  readonly log: Logger;
}

/** Brings what the store has for a chat to Telegram, until Telegram has it; only then the progress message goes. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #flying = new Map<number, Promise<void>>();
  /** The id of the newest delivery that was taken up: those before it are under way or settled. */
  #newest = 0;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** Takes up whatever came into the store since the last call; the first call takes up what an ended bridge left. */
  kick(): void {
    for (const delivery of this.#parts.store.deliveries.open(this.#newest)) {
      this.#newest = delivery.id;
      const done = this.#deliver(delivery).finally(() => this.#flying.delete(delivery.id));
      this.#flying.set(delivery.id, done);
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#flying.size > 0) await Promise.all(this.#flying.values());
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { store, log } = this.#parts;
    try {
      const run = delivery.runId === null ? undefined : store.runs.get(delivery.runId);
      if (run && delivery.body === null) await this.#deliverOutcome(delivery, run);
      else
        await this.#sendParts(delivery, [{ content: await renderText(delivery.body ?? "") }], replyOf(delivery, run));
      log.debug({ deliveryId: delivery.id }, "delivery.settled");
      store.deliveries.sent(delivery.id);
      if (!run || delivery.body !== null) return;
      await this.#parts.progress.get(run.id)?.clean();
      this.#parts.progress.delete(run.id);
    } catch (error) {
      if (error instanceof Superseded) return;
      store.deliveries.park(delivery.id, error instanceof Error ? error.message : String(error));
      log.error(
        { err: error, deliveryId: delivery.id, runId: delivery.runId, chatId: delivery.chatId },
        "delivery.parked",
      );
    }
  }

  async #deliverOutcome(delivery: Delivery, run: StoredRun): Promise<void> {
    const { store, engines, style, post } = this.#parts;
    const progress = this.#parts.progress.get(run.id);
    await progress?.settled();
    const progressId = store.runs.get(run.id)?.progressId ?? undefined;
    const keyboard = finalKeyboard(run.id, resumeLineOf(run, engines), run.outcome === "interrupted");
    if (run.outcome === "cancelled") {
      const content = cancelledContent(run, { engines, style: style(), progress: progress?.progress });
      const options = { keyboard, isSilent: true };
      if (progressId !== undefined && (await post.edit(run.chatId, progressId, content, options))) return;
      await this.#sendParts(delivery, [{ content }], { run, keyboard });
      return;
    }
    const send = async (messages: Style["messages"]) => {
      const parts = await outcomeParts(run, engines, { ...style(), messages });
      return this.#sendParts(delivery, parts, { run, keyboard, progressId });
    };
    const isReplaced = await send(style().messages).catch((error: unknown) => {
      if (error instanceof Refused && error.code !== 403 && style().messages !== "classic") return send("classic");
      throw error;
    });
    this.#parts.log.debug({ deliveryId: delivery.id }, "delivery.parts_sent");
    if (progressId !== undefined && !isReplaced) await this.#removeProgress(run, progressId);
  }

  /** Where the progress message cannot be removed it must at least not say that the run goes on. */
  async #removeProgress(run: StoredRun, progressId: string): Promise<void> {
    const { post } = this.#parts;
    if (await post.remove(run.chatId, progressId)) return;
    await post.edit(run.chatId, progressId, await renderText("The answer is below."), {
      keyboard: NO_BUTTONS,
      isSilent: true,
    });
  }

  /** Sends the parts that Telegram does not have yet. True when the progress message became the first of them. */
  async #sendParts(delivery: Delivery, parts: readonly Part[], final: Final): Promise<boolean> {
    const { store, log } = this.#parts;
    let isReplaced = false;
    let mayBeThere = delivery.state === "sending";
    for (let index = store.deliveries.sentParts(delivery.id); index < parts.length; ) {
      const part = parts[index];
      if (!part) break;
      const keyboard = index === parts.length - 1 ? final.keyboard : undefined;
      const options = { keyboard, isSilent: index > 0 };
      store.durably(() => store.deliveries.sending(delivery.id));
      log.debug({ deliveryId: delivery.id, index }, "delivery.sending");
      try {
        isReplaced ||= mayBeThere && index === 0 && (await this.#replaceProgress(delivery, part, final, options));
        if (!isReplaced || index > 0) await this.#sendPart(delivery, part, final, options);
        log.debug({ deliveryId: delivery.id, index }, "delivery.arrived");
        store.durably(() => {
          store.deliveries.progressed(delivery.id, ++index);
          // It is the answer now: nothing may remove it any more.
          if (isReplaced && final.run) store.runs.setProgress(final.run.id, null);
        });
        mayBeThere = false;
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        mayBeThere = true;
      }
    }
    return isReplaced;
  }

  /**
   * The first part may have arrived, and only Telegram's answer was lost: the progress message becomes it, since an
   * edit can be repeated without doubling anything. False where there is none.
   */
  async #replaceProgress(
    delivery: Delivery,
    part: Part,
    { progressId }: Final,
    options: PostOptions,
  ): Promise<boolean> {
    if (progressId === undefined || !("content" in part)) return false;
    return this.#parts.post.edit(delivery.chatId, progressId, part.content, options);
  }

  async #sendPart(delivery: Delivery, part: Part, { run }: Final, options: PostOptions): Promise<void> {
    const { post, store } = this.#parts;
    const messageId =
      "content" in part
        ? await post.send(delivery, part.content, options)
        : await post.sendFile(delivery, part.file, options);
    if (run) store.runs.addMessage(delivery.chatId, messageId, run.id);
    else store.deliveries.keepReply(delivery.chatId, messageId);
  }
}

function replyOf({ keyboard }: Delivery, run: StoredRun | undefined): Final {
  return { ...(run && { run }), ...(keyboard !== null && { keyboard: JSON.parse(keyboard) as InlineKeyboardMarkup }) };
}

const NO_BUTTONS = { inline_keyboard: [] };

/** What the parts of an outcome have beyond those of a short reply. */
interface Final {
  readonly run?: StoredRun;
  readonly keyboard?: PostOptions["keyboard"];
  readonly progressId?: string | undefined;
}
