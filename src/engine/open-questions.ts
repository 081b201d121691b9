import { shortenLine } from "../domain/cut.ts";
import type { Question, Reply } from "../domain/question.ts";
import type { RunOutput } from "./driver.ts";

/** The questions of one request of an engine, and the answer that it takes. */
export interface Asking<Answer = object> {
  readonly questions: readonly Question[];
  /** Makes the answer from one reply for each question, in their order; from no replies if nobody could be asked. */
  toAnswer(replies: readonly Reply[]): Answer;
}

interface Open {
  readonly questions: readonly Question[];
  /** By question, as they come in. */
  readonly replies: Map<string, Reply>;
  settle(): void;
}

/** In characters. */
const TITLE_LENGTH = 200;

/** The title of a question: one line, since the body has the whole text. */
export const titleLine = (text: string): string => shortenLine(text, TITLE_LENGTH);

/** Nobody answers. */
export const DISMISSED: Reply = { type: "dismiss" };

/** The questions of one turn that wait for a person. */
export class OpenQuestions {
  readonly #engine: string;
  readonly #output: RunOutput;
  readonly #open = new Map<string | number, Open>();
  #isClosed = false;

  constructor(engine: string, output: RunOutput) {
    this.#engine = engine;
    this.#output = output;
  }

  get isAsking(): boolean {
    return this.#open.size > 0;
  }

  /**
   * Asks, and calls `send` with the answer when all questions of it have their replies; at once if there are none, or
   * the turn has ended.
   */
  ask<Answer>(key: string | number, { questions, toAnswer }: Asking<Answer>, send: (answer: Answer) => void): void {
    if (this.#open.has(key)) return;
    if (this.#isClosed || questions.length === 0) {
      send(toAnswer([]));
      return;
    }
    const replies = new Map<string, Reply>();
    const settle = () => send(toAnswer(questions.map(({ id }) => replies.get(id) ?? DISMISSED)));
    this.#open.set(key, { questions, replies, settle });
    for (const question of questions) this.#output.push({ type: "question", engine: this.#engine, question });
  }

  isOpen(questionId: string): boolean {
    return this.#find(questionId) !== undefined;
  }

  /** False if the question is not open any more. */
  answer(questionId: string, reply: Reply): boolean {
    const [key, open] = this.#find(questionId) ?? [];
    if (key === undefined || open === undefined) return false;
    open.replies.set(questionId, reply);
    this.#resolved(questionId);
    if (open.replies.size === open.questions.length) {
      this.#open.delete(key);
      open.settle();
    }
    return true;
  }

  /** The engine took the request back: an answer would be too late. */
  withdraw(key: string | number): void {
    const open = this.#open.get(key);
    this.#open.delete(key);
    for (const { id } of open?.questions ?? []) if (!open?.replies.has(id)) this.#resolved(id);
  }

  /** Dismisses all questions, also those that come later. */
  close(): void {
    this.#isClosed = true;
    for (const { questions } of [...this.#open.values()]) for (const { id } of questions) this.answer(id, DISMISSED);
  }

  #find(questionId: string): [string | number, Open] | undefined {
    const isIt = ({ questions, replies }: Open) =>
      !replies.has(questionId) && questions.some(({ id }) => id === questionId);
    return [...this.#open].find(([, open]) => isIt(open));
  }

  #resolved(questionId: string): void {
    this.#output.push({ type: "resolved", engine: this.#engine, questionId });
  }
}
