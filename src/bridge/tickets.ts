import { randomBytes } from "node:crypto";
import type { Choice, FreeText, Reply } from "../domain/question.ts";
import { timerMs } from "../domain/time.ts";
import type { Decider, StoredQuestion } from "../store/questions.ts";
import { knownSession, type StoredRun } from "../store/stored-run.ts";
import type { Bridge } from "./bridge.ts";
import type { BridgeOptions } from "./options.ts";
import { Passes } from "./passes.ts";
import { addContinuation } from "./sequel.ts";

/**
 * Questions that runs ask by takopi's own tools. They outlive the call, the run and a restart of the bridge: whoever
 * asked gets the answer when it looks again, or in a turn of its own.
 */
export class Tickets {
  readonly passes = new Passes();
  readonly #setup: BridgeOptions;
  readonly #bridge: Pick<Bridge, "active" | "job" | "start">;
  /** By key: who waits for the answer now. */
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #timers = new Map<string, NodeJS.Timeout[]>();
  /** Keys of those whose answers are on their way to the run that asked. */
  readonly #onTheWay = new Set<string>();

  constructor(setup: BridgeOptions, bridge: Pick<Bridge, "active" | "job" | "start">) {
    this.#setup = setup;
    this.#bridge = bridge;
  }

  /** Continues with those that the last bridge left. */
  start(): void {
    for (const { key, askedAt } of this.#setup.store.tickets.open()) this.#limit(key, askedAt);
    this.#giveLate();
  }

  close(): void {
    for (const timers of this.#timers.values()) for (const timer of timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Asks a person; the same question of the same session, asked again before it had its answer, is the same ticket. */
  ask(run: StoredRun, question: Choice | FreeText): string {
    const { store, cards, now, watcher } = this.#setup;
    const before = store.tickets.same(run, question);
    if (before !== undefined) return before;
    const key = randomBytes(8).toString("hex");
    const askedAt = now();
    const { id: runId, chatId, topicId } = run;
    store.questions.add({ key, runId, question, chatId, topicId, askedAt, ticket: "asked" });
    this.#limit(key, askedAt);
    cards.show(key);
    watcher?.asked(run, key);
    return key;
  }

  /** The question as soon as it waits no longer, or as it is when `enough` is aborted. */
  async wait(key: string, runId: string, enough: AbortSignal): Promise<StoredQuestion | undefined> {
    const { store } = this.#setup;
    const isOpen = () => store.questions.get(key)?.state === "open";
    if (isOpen() && !enough.aborted) {
      this.#bridge.job(runId)?.showWaiting(true);
      await this.#settled(key, enough);
      this.#bridge.job(runId)?.showWaiting(false);
    }
    return store.questions.get(key);
  }

  /** The run that asked is about to get the answer; call the result with whether it has got it. */
  handOver(key: string): (isDelivered: boolean) => void {
    this.#onTheWay.add(key);
    return (isDelivered) => {
      this.#onTheWay.delete(key);
      if (isDelivered) this.#setup.store.tickets.give(key);
      else this.#giveLate();
    };
  }

  /** Stores a person's reply to a ticket, or passes it on; false if the question is not open, or has another reply. */
  answer({ key, runId }: StoredQuestion, reply: Reply, user: NonNullable<Decider["user"]>): boolean {
    const { store } = this.#setup;
    const stored = store.questions.get(key);
    if (!stored || stored.ticket === null) return this.#bridge.job(runId)?.answer(key, reply, user) ?? false;
    if (stored.state !== "open") return false;
    this.#settle(stored, () => store.questions.settle(key, reply, { by: "user", user }, this.#setup.now()));
    return true;
  }

  /** A run is over. One that a person stopped does not ask any more. */
  ended(runId: string): void {
    const { store, now } = this.#setup;
    const isStopped = store.runs.get(runId)?.outcome === "cancelled";
    for (const stored of isStopped ? store.tickets.open(runId) : []) {
      this.#settle(stored, () => store.questions.withdraw(stored.key, now()));
    }
    for (const { key } of isStopped ? store.tickets.late(runId) : []) store.tickets.give(key);
    this.#giveLate();
  }

  #settle(stored: StoredQuestion, work: () => void): void {
    const { cards } = this.#setup;
    const { key } = stored;
    work();
    for (const timer of this.#timers.get(key) ?? []) clearTimeout(timer);
    this.#timers.delete(key);
    cards.show(key);
    for (const wake of [...(this.#waiting.get(key) ?? [])]) wake();
    this.#giveLate();
  }

  /** Gives answers that no run waits for to their sessions, in turns of their own; to one that has a run, later. */
  #giveLate(): void {
    const { store } = this.#setup;
    for (const { key, runId, title, answer } of store.tickets.late()) {
      const run = store.runs.get(runId);
      const session = run && knownSession(run);
      if (!run || !session || this.#onTheWay.has(key) || this.#isBusy(run, session)) continue;
      const prompt = `The answer to your question "${title}":\n\n${answer}`;
      const id = store.durably(() => {
        store.tickets.give(key);
        return addContinuation(run, session, this.#setup, prompt);
      });
      this.#bridge.start(id);
    }
  }

  /** Whether a run of this session runs or waits. */
  #isBusy({ chatId, engine }: StoredRun, session: string): boolean {
    return this.#bridge.active(chatId).some((one) => one.engine === engine && knownSession(one) === session);
  }

  #settled(key: string, enough: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const wake = (): void => {
        enough.removeEventListener("abort", wake);
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(key);
        resolve();
      };
      waiting.add(wake);
      enough.addEventListener("abort", wake);
    });
  }

  /** Reminds once, and gives up when the time is up. */
  #limit(key: string, askedAt: number): void {
    const { store, cards, config, now } = this.#setup;
    const wholeMs = timerMs(config().limits.approval_minutes);
    const leftMs = Math.max(0, askedAt + wholeMs - now());
    const expire = (): void => {
      const stored = store.questions.get(key);
      if (stored?.state === "open") {
        this.#settle(stored, () => store.questions.settle(key, { type: "dismiss" }, { by: "time" }, now()));
      }
    };
    const timers = [setTimeout(expire, leftMs).unref()];
    if (leftMs > wholeMs / 2) timers.push(setTimeout(() => cards.remind(key), leftMs - wholeMs / 2).unref());
    this.#timers.set(key, timers);
  }
}
