import type { Reply } from "../../../src/domain/question.ts";
import type { RunOutput } from "../../../src/engine/driver.ts";
import { ENGINE } from "../state.ts";
import type { Ask, ClaudePeer } from "./protocol.ts";
import { type Asking, toAsking } from "./questions.ts";

interface OpenAsk {
  readonly asking: Asking;
  /** By question, as they come in. */
  readonly replies: Map<string, Reply>;
}

/** What claude waits for an answer to: of the main turn, and of sub-agents. */
export class Asks {
  readonly #peer: Pick<ClaudePeer, "answer" | "refuse">;
  readonly #output: RunOutput;
  readonly #open = new Map<string, OpenAsk>();
  #isClosed = false;

  constructor(peer: Pick<ClaudePeer, "answer" | "refuse">, output: RunOutput) {
    this.#peer = peer;
    this.#output = output;
  }

  open(id: string, ask: Ask | undefined, cwd: string): void {
    if (ask === undefined) {
      this.#peer.refuse(id, "This is not known here.");
      return;
    }
    const asking = toAsking(id, ask, cwd);
    if (this.#isClosed || asking.questions.length === 0) {
      this.#peer.answer(id, asking.toResponse([]));
      return;
    }
    this.#open.set(id, { asking, replies: new Map() });
    for (const question of asking.questions) this.#output.push({ type: "question", engine: ENGINE, question });
  }

  /** False if the question is not open any more. */
  answer(questionId: string, reply: Reply): boolean {
    for (const [id, { asking, replies }] of this.#open) {
      const isAsked = asking.questions.some((question) => question.id === questionId);
      if (!isAsked || replies.has(questionId)) continue;
      replies.set(questionId, reply);
      this.#resolved(questionId);
      if (replies.size < asking.questions.length) return true;
      this.#open.delete(id);
      const inOrder = asking.questions.map((question) => replies.get(question.id) ?? DISMISSED);
      this.#peer.answer(id, asking.toResponse(inOrder));
      return true;
    }
    return false;
  }

  /** claude took it back: an answer would be too late. */
  withdraw(id: string): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    for (const { id: questionId } of open?.asking.questions ?? []) {
      if (!open?.replies.has(questionId)) this.#resolved(questionId);
    }
  }

  /** Answers all with no, and from now on. */
  close(): void {
    this.#isClosed = true;
    for (const { asking } of [...this.#open.values()]) {
      for (const { id } of asking.questions) this.answer(id, DISMISSED);
    }
  }

  #resolved(questionId: string): void {
    this.#output.push({ type: "resolved", engine: ENGINE, questionId });
  }
}

const DISMISSED: Reply = { type: "dismiss" };
