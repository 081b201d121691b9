import { randomBytes } from "node:crypto";
import type { RunEvent } from "../domain/events.ts";
import { decide, type Rules } from "../domain/policy.ts";
import type { Question, Reply } from "../domain/question.ts";
import { timerMs } from "../domain/time.ts";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Decider } from "../store/questions.ts";
import type { StoredRun } from "../store/runs.ts";
import type { Controls } from "./driven.ts";
import type { BridgeParts } from "./parts.ts";

export interface RunQuestionsSetup {
  readonly run: StoredRun;
  readonly controls: () => Controls;
  readonly rules: Rules;
  readonly parts: Pick<BridgeParts, "store" | "cards" | "config" | "now">;
  readonly log: Logger;
  /** Called whenever somebody begins or ceases to be waited for. */
  readonly onWaiting: () => void;
}

interface Open {
  readonly key: string;
  readonly question: Question;
  /** Somebody is asked, and these bring it back to mind and to an end. */
  timers: NodeJS.Timeout[] | undefined;
  /** A reply is on its way to the engine. */
  isPassing: boolean;
  /** The engine does not ask any more. */
  isResolved: boolean;
}

/** An engine that takes longer to take a reply is as good as one that refuses it. */
const PASS_LIMIT_MS = 5_000;

/**
 * The questions of one run: answered by the rules, or asked in the chat until somebody answers, the time is up, the
 * engine does without, or the run ends. Each is stored before anything else is done with it.
 */
export class RunQuestions {
  readonly #setup: RunQuestionsSetup;
  /** By the engine's id. */
  readonly #open = new Map<string, Open>();
  readonly #passing = new Set<Promise<void>>();
  #isOver = false;

  constructor(setup: RunQuestionsSetup) {
    this.#setup = setup;
  }

  /** Whether somebody is asked. */
  get isWaiting(): boolean {
    return [...this.#open.values()].some(({ timers }) => timers !== undefined);
  }

  heard(event: RunEvent): void {
    if (event.type === "question") this.#take(event.question);
    else if (event.type === "resolved") this.#resolved(event.questionId);
    else if (event.type === "completed") this.#close();
  }

  /** Passes a person's reply on. False where the question is not open, or has a reply on its way. */
  answer(key: string, reply: Reply, user: { readonly id: string; readonly name: string }): boolean {
    const open = [...this.#open.values()].find((one) => one.key === key);
    if (!open || open.isPassing) return false;
    this.#pass(open, reply, { by: "user", user });
    return true;
  }

  /** Closes what is open. Resolves when no reply is on its way any more. */
  async end(): Promise<void> {
    this.#close();
    await Promise.all(this.#passing);
  }

  #take(question: Question): void {
    if (this.#isOver || this.#open.has(question.id)) return;
    const { run, rules, parts, log } = this.#setup;
    const key = randomBytes(8).toString("hex");
    const open: Open = { key, question, timers: undefined, isPassing: false, isResolved: false };
    const { id: runId, chatId, topicId } = run;
    parts.store.questions.add({ key, runId, question, chatId, topicId, askedAt: parts.now() });
    this.#open.set(question.id, open);
    const decision = decide(question, rules);
    log.info({ key, kind: question.kind, decision }, "question.taken");
    if (decision === "ask") this.#ask(open);
    else this.#pass(open, decision === "allow" ? ALLOW_ONCE : DENIED_BY_RULES, { by: "policy" });
  }

  #ask(open: Open): void {
    const { parts, onWaiting } = this.#setup;
    const minutes = parts.config().limits.approval_minutes;
    const waitMs = timerMs(minutes);
    const expire = () => {
      if (open.isPassing) end.refresh();
      else this.#pass(open, replyOfNobody(open.question, minutes), { by: "time" });
    };
    const end = setTimeout(expire, waitMs).unref();
    const middle = setTimeout(() => parts.cards.remind(open.key), waitMs / 2).unref();
    open.timers = [middle, end];
    parts.cards.show(open.key);
    onWaiting();
  }

  #pass(open: Open, reply: Reply, decider: Decider): void {
    open.isPassing = true;
    const passed = this.#tell(open, reply)
      .then((outcome) => this.#passed(open, outcome, { reply, decider }))
      .finally(() => this.#passing.delete(passed));
    this.#passing.add(passed);
  }

  /** Gives whether the engine took it; where that cannot be said, what is in the way. Never rejects. */
  async #tell({ question }: Open, reply: Reply): Promise<boolean | string> {
    const { controls, log } = this.#setup;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, PASS_LIMIT_MS, "The engine did not take the reply in time.");
    });
    try {
      return await Promise.race([controls().answer?.(question.id, reply) ?? "The engine takes no replies.", late]);
    } catch (error) {
      log.warn({ err: error, questionId: question.id }, "question.not_passed");
      return error instanceof EngineError ? error.message : "The reply could not be passed on.";
    } finally {
      clearTimeout(timer);
    }
  }

  #passed(open: Open, outcome: boolean | string, { reply, decider }: { reply: Reply; decider: Decider }): void {
    const { store, now, cards } = this.#setup.parts;
    const { key } = open;
    open.isPassing = false;
    this.#setup.log.info({ key, reply: reply.type, by: decider.by, outcome }, "question.passed");
    if (outcome === true) {
      store.questions.settle(key, reply, decider, now());
      this.#forget(open);
      return;
    }
    store.questions.setProblem(key, outcome || "The engine did not wait for a reply any more.");
    const isGone = outcome === false || open.isResolved || this.#isOver;
    if (isGone) this.#withdraw(open);
    else if (decider.by === "time") {
      store.questions.settle(key, reply, decider, now());
      store.questions.setProblem(key, outcome);
      this.#forget(open);
    } else if (open.timers === undefined) this.#ask(open);
    else cards.show(key);
  }

  #resolved(questionId: string): void {
    const open = this.#open.get(questionId);
    if (!open) return;
    open.isResolved = true;
    if (!open.isPassing) this.#withdraw(open);
  }

  #withdraw(open: Open): void {
    this.#setup.parts.store.questions.withdraw(open.key, this.#setup.parts.now());
    this.#forget(open);
  }

  #forget({ key, question, timers }: Open): void {
    for (const timer of timers ?? []) clearTimeout(timer);
    this.#open.delete(question.id);
    if (timers === undefined) return;
    this.#setup.parts.cards.show(key);
    this.#setup.onWaiting();
  }

  #close(): void {
    this.#isOver = true;
    for (const open of [...this.#open.values()]) if (!open.isPassing) this.#withdraw(open);
  }
}

const ALLOW_ONCE: Reply = { type: "allow", scope: "once" };
const DENIED_BY_RULES: Reply = { type: "deny", reason: "The rules in takopi's config do not allow this." };

function replyOfNobody(question: Question, minutes: number): Reply {
  if (question.kind === "choice" || question.kind === "text") return { type: "dismiss" };
  return { type: "deny", reason: `Nobody answered within ${minutes} min.` };
}
