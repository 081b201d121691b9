import type { RunView, Screen } from "../bridge/screen.ts";
import { goalLine } from "../domain/goal.ts";
import type { ProgressState } from "../domain/progress.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { StoredRun } from "../store/stored-run.ts";
import { progressButtons } from "./buttons.ts";
import type { Document } from "./document.ts";
import { draftIdOf } from "./draft-stop.ts";
import { causeOf, contextOf, type Style, showsResumeLine } from "./outcome.ts";
import { renderProgress } from "./render-progress.ts";
import { type Draft, InDoubt, type SendOptions, Superseded, type Transport } from "./transport.ts";

export interface ProgressParts {
  readonly transport: Transport;
  readonly store: Store;
  readonly style: () => Style;
  readonly log: Logger;
}

/** Events come faster than anybody reads: a view is rendered at most this often. */
const RENDER_INTERVAL_MS = 150;
/** Each try of a first message that may have arrived can leave one more of it in the chat. */
const RESEND_MS = 5_000;

/**
 * The one message that shows how a run is getting on: sent silently at the first view, then edited. What it shows is
 * lost without harm; the outcome is not its business.
 */
export class ProgressMessage implements Screen {
  #run: StoredRun;
  readonly #parts: ProgressParts;
  #view: RunView | undefined;
  #shown = "";
  #messageId: string | undefined;
  /** The fate of the first message, while its id is not known; a person who deleted it twice wants none. */
  #first: "unsent" | "on its way" | "in doubt" | "refused" | "unwanted" = "unsent";
  #wasDeleted = false;
  /** All calls so far. */
  #sending: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #draft: Draft | undefined;

  constructor(run: StoredRun, parts: ProgressParts) {
    this.#run = run;
    this.#parts = parts;
    this.#messageId = run.progressId ?? undefined;
    this.#draft = parts.transport.draft(run, draftIdOf(run));
  }

  write(answer: string): void {
    this.#draft?.write(answer);
  }

  show(view: RunView): void {
    const isFirst = this.#view === undefined;
    this.#view = view;
    if (this.#isClosed) return;
    if (isFirst) this.#flush();
    if (isFirst && view.label === "starting") this.#parts.transport.showTyping({ ...this.#run, replyTo: null });
    if (!isFirst) this.#timer ??= setTimeout(() => this.#flush(), RENDER_INTERVAL_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#draft?.close();
    clearTimeout(this.#timer);
    clearTimeout(this.#heartbeat);
    this.#parts.transport.drop(this.#run.chatId, this.#key);
  }

  /** The text that it showed last. */
  get progress(): ProgressState | undefined {
    return this.#view?.progress;
  }

  /** Resolves once no call of this message is on its way, and its id, if it ever got one, is stored. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  /**
   * Takes away the first message if it may have arrived under an id that is not known. For a run whose outcome is in
   * the chat.
   */
  async clean(): Promise<void> {
    const { store, log } = this.#parts;
    if (this.#messageId !== undefined || this.#first !== "in doubt") return;
    await this.#removeStrays(store.messages.newestOf(this.#run.id)).catch((error: unknown) => {
      if (!(error instanceof Superseded)) log.warn({ err: error, runId: this.#run.id }, "progress.left");
    });
  }

  get #key(): string {
    return `progress:${this.#run.id}`;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#heartbeat);
    this.#timer = undefined;
    const view = this.#view;
    if (!view || this.#isClosed) return;
    const beatMs = this.#messageId === undefined ? RESEND_MS : heartbeatMs(view.elapsedMs());
    this.#heartbeat = setTimeout(() => this.#flush(), beatMs);
    // The first message is not there yet: its answer brings the newest view up.
    if (this.#messageId === undefined && WAITS.includes(this.#first)) return;
    const content = this.#render(view);
    const shown = JSON.stringify([content, besideStop(view)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const call = this.#messageId === undefined ? this.#send(content) : this.#edit(this.#messageId, content, view);
    const done = call.catch((error: unknown) => {
      if (!(error instanceof Superseded)) this.#parts.log.warn({ err: error, runId: this.#run.id }, "progress.failed");
    });
    this.#sending = Promise.all([this.#sending, done]);
  }

  async #send(content: Document): Promise<void> {
    const { transport, store, log } = this.#parts;
    // Its chat may have moved.
    this.#run = store.runs.get(this.#run.id) ?? this.#run;
    const { chatId, topicId, messageId, id } = this.#run;
    const wasInDoubt = this.#first === "in doubt";
    this.#first = "on its way";
    store.runs.askProgress(id);
    log.debug({ runId: id }, "progress.sending");
    const target = { chatId, topicId, replyTo: messageId };
    const progressId = await transport.send(target, content, this.#options(this.#view)).catch((error: unknown) => {
      const isInDoubt = wasInDoubt || error instanceof InDoubt;
      this.#first = isInDoubt ? "in doubt" : "refused";
      // The next heartbeat tries again, since a run that nobody sees is one that hangs.
      this.#shown = "";
      throw error;
    });
    this.#messageId = progressId;
    log.debug({ runId: id, progressId }, "progress.arrived");
    store.transaction(() => {
      store.runs.setProgress(id, progressId);
      store.messages.lead(chatId, progressId, id);
    });
    this.#timer ??= setTimeout(() => this.#flush(), 0);
    if (wasInDoubt) await this.#removeStrays(progressId);
  }

  async #removeStrays(before: string): Promise<void> {
    const { chatId, messageId } = this.#run;
    await this.#parts.transport.removeStrays(chatId, { after: messageId ?? "0", before });
  }

  async #edit(messageId: string, content: Document, view: RunView): Promise<void> {
    const { transport, store } = this.#parts;
    const { chatId, id } = this.#run;
    if (await transport.edit(chatId, messageId, content, this.#options(view))) return;
    // Somebody deleted it: Stop must be there, but nobody is to be pestered.
    this.#shown = "";
    const isGone = await transport.remove(chatId, messageId);
    if (!isGone || this.#messageId !== messageId) return;
    this.#messageId = undefined;
    store.runs.setProgress(id, null);
    this.#first = this.#wasDeleted ? "unwanted" : "unsent";
    this.#wasDeleted = true;
    this.#timer ??= setTimeout(() => this.#flush(), 0);
  }

  #options(view: RunView | undefined): SendOptions {
    return { buttons: progressButtons(this.#run.id, view && besideStop(view)), isSilent: true, key: this.#key };
  }

  #render(view: RunView): Document {
    return renderProgress({
      ...view,
      resumeLine: showsResumeLine(this.#run, this.#parts.style()) ? view.resumeLine : undefined,
      engine: this.#run.engine,
      label: view.goal && view.label === "working" ? "goal" : view.label,
      goal: view.goal && goalLine(view.goal.goal, view.goal.turn),
      elapsedMs: view.elapsedMs(),
      cause: causeOf(this.#run),
      context: contextOf(this.#run, this.#parts.style()),
      showsOutput: this.#parts.style().show_output,
      note: view.note ?? view.ask?.text,
      cwd: view.cwd ?? this.#run.cwd ?? undefined,
    });
  }
}

const WAITS = ["on its way", "refused", "unwanted"];

const besideStop = ({ ask, canSteer }: RunView) => ask?.yes ?? (canSteer ? "steer" : undefined);

/** Elapsed time moves often while it is short, and seldom when nobody counts seconds any more. */
function heartbeatMs(elapsedMs: number): number {
  if (elapsedMs < 60_000) return Math.min(5_000, Math.max(1_000, elapsedMs / 2));
  return elapsedMs < 3_600_000 ? 15_000 : 60_000;
}
