import { randomBytes } from "node:crypto";
import type { Acknowledged, RunEvent } from "../domain/events.ts";
import { type Decision, decide, type Rules } from "../domain/policy.ts";
import type { Question, Reply } from "../domain/question.ts";
import type { RunCommand } from "../domain/run.ts";
import { timerMs } from "../domain/time.ts";
import type { Logger } from "../log.ts";
import type { Decider } from "../store/questions.ts";
import type { StoredRun } from "../store/stored-run.ts";
import type { BridgeOptions } from "./options.ts";

export interface RunQuestionsOptions extends Pick<BridgeOptions, "store" | "cards" | "config" | "now" | "watcher"> {
  readonly run: StoredRun;
  /** The rules that hold now. */
  readonly rules: () => Rules;
  readonly send: (command: Extract<RunCommand, { type: "answer" }>) => void;
  readonly log: Logger;
  /** Called whenever a person begins or ceases to be waited for. */
  readonly onWaiting: (isWaiting: boolean) => void;
}

/** A reply on its way to the engine. */
interface Passing {
  /** The command's id. */
  readonly id: string;
  readonly reply: Reply;
  readonly decider: Decider;
}

interface Open {
  readonly key: string;
  readonly question: Question;
  /** A person is asked; these remind them, and give up. */
  timers: NodeJS.Timeout[] | undefined;
  passing: Passing | undefined;
  /** The engine does not ask any more. */
  isResolved: boolean;
}

/**
 * The questions of one run: answered by the rules, or asked in the chat until a person answers, the time is up, the
 * engine does without, or the run ends. Each is stored before anything else is done with it.
 */
export class RunQuestions {
  readonly #options: RunQuestionsOptions;
  /** By the engine's id. */
  readonly #open = new Map<string, Open>();
  #isOver = false;
  #isCutOff = false;

  constructor(options: RunQuestionsOptions) {
    this.#options = options;
  }

  /** Whether a person is asked. */
  get isWaiting(): boolean {
    return [...this.#open.values()].some(({ timers }) => timers !== undefined);
  }

  heard(event: RunEvent): void {
    if (event.type === "question") this.#take(event.question);
    else if (event.type === "resolved") this.#resolved(event.questionId);
    else if (event.type === "ack") this.#acknowledged(event);
    else if (event.type === "completed") this.#close();
  }

  /** Passes a person's reply on. False if the question is not open, or has a reply on its way. */
  answer(key: string, reply: Reply, user: { readonly id: string; readonly name: string }): boolean {
    const open = [...this.#open.values()].find((one) => one.key === key);
    if (!open || open.passing) return false;
    this.#pass(open, reply, { by: "user", user });
    return true;
  }

  /** Nothing of the run lives any more. */
  end(): void {
    this.#close();
    for (const open of [...this.#open.values()]) {
      this.#options.store.questions.setProblem(open.key, "The run ended before the engine took the reply.");
      this.#withdraw(open);
    }
  }

  /** The bridge ends: what is open now may be taken up after its restart. */
  cutOff(): void {
    this.#isCutOff = true;
  }

  #take(question: Question): void {
    if (this.#isOver || this.#open.has(question.id)) return;
    const { run, store, now, log } = this.#options;
    const key = randomBytes(8).toString("hex");
    const open: Open = { key, question, timers: undefined, passing: undefined, isResolved: false };
    const { id: runId, chatId, topicId } = run;
    store.questions.add({ key, runId, question, chatId, topicId, askedAt: now() });
    this.#open.set(question.id, open);
    const decision = this.#decide(question);
    log.info({ key, kind: question.kind, decision }, "question.taken");
    if (decision === "ask") this.#ask(open);
    else this.#pass(open, decision === "allow" ? ALLOW_ONCE : DENIED_BY_RULES, { by: "policy" });
  }

  /** Decides by the rules, else by a person's earlier answer about the same command. */
  #decide(question: Question): Decision {
    const { rules, store, run } = this.#options;
    const inForce = rules();
    const decision = decide(question, inForce);
    const canRemember = inForce.remember === true && question.kind === "command" && question.place?.isOwn === true;
    return decision === "ask" && canRemember && store.questions.wasAllowed(question, run.project) ? "allow" : decision;
  }

  #ask(open: Open): void {
    const { config, cards, onWaiting, watcher, run } = this.#options;
    const minutes = config().limits.approval_minutes;
    const waitMs = timerMs(minutes);
    const expire = () => {
      if (open.passing) end.refresh();
      else this.#pass(open, replyOfNobody(open.question, minutes), { by: "time" });
    };
    const end = setTimeout(expire, waitMs).unref();
    const middle = setTimeout(() => cards.remind(open.key), waitMs / 2).unref();
    open.timers = [middle, end];
    cards.show(open.key);
    onWaiting(true);
    watcher?.asked(run, open.key);
  }

  #pass(open: Open, reply: Reply, decider: Decider): void {
    const id = randomBytes(8).toString("hex");
    open.passing = { id, reply, decider };
    this.#options.send({ type: "answer", id, questionId: open.question.id, reply });
  }

  #acknowledged({ id, ok, problem }: Acknowledged): void {
    const open = [...this.#open.values()].find((one) => one.passing?.id === id);
    if (!open?.passing) return;
    const { store, now, cards, log } = this.#options;
    const { key, passing } = open;
    const { reply, decider } = passing;
    open.passing = undefined;
    log.info({ key, reply: reply.type, by: decider.by, ok, problem }, "question.passed");
    const settle = () => store.questions.settle(key, reply, decider, now());
    if (ok) {
      settle();
      this.#forget(open);
      return;
    }
    const isGone = problem === undefined || open.isResolved || this.#isOver;
    const reason = problem ?? "The engine did not wait for a reply any more.";
    if (decider.by === "time" && !isGone) settle();
    store.questions.setProblem(key, reason);
    if (isGone) this.#withdraw(open);
    else if (decider.by === "time") this.#forget(open);
    else if (open.timers === undefined) this.#ask(open);
    else cards.show(key);
  }

  #resolved(questionId: string): void {
    const open = this.#open.get(questionId);
    if (!open) return;
    open.isResolved = true;
    if (!open.passing) this.#withdraw(open);
  }

  #withdraw(open: Open): void {
    const { store, now } = this.#options;
    // Nobody but a person may decide what a bridge that ended has left open.
    if (this.#isCutOff && open.timers !== undefined) store.questions.expire(open.key, now());
    else store.questions.withdraw(open.key, now());
    this.#forget(open);
  }

  #forget({ key, question, timers }: Open): void {
    for (const timer of timers ?? []) clearTimeout(timer);
    this.#open.delete(question.id);
    if (timers === undefined) return;
    this.#options.cards.show(key);
    this.#options.onWaiting(this.isWaiting);
  }

  #close(): void {
    this.#isOver = true;
    for (const open of [...this.#open.values()]) if (!open.passing) this.#withdraw(open);
  }
}

const ALLOW_ONCE: Reply = { type: "allow", scope: "once" };
const DENIED_BY_RULES: Reply = { type: "deny", reason: "The rules in takopi's config do not allow this." };

function replyOfNobody(question: Question, minutes: number): Reply {
  if (question.kind === "choice" || question.kind === "text") return { type: "dismiss" };
  return { type: "deny", reason: `Nobody answered within ${minutes} min.` };
}
