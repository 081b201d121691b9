import type {
  CreateElicitationRequest,
  CreateElicitationResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
} from "@agentclientprotocol/sdk/unstable";
import type { Question, Reply } from "../../src/domain/question.ts";
import type { RunOutput } from "../../src/engine/driver.ts";
import { toForm } from "./elicitation.ts";
import { toPermission } from "./permission.ts";
import type { Call } from "./state.ts";

/** What an agent asks, for a person, and what their replies become on the wire. */
export interface Asking<Answer> {
  readonly questions: readonly Question[];
  toAnswer(replies: readonly Reply[]): Answer;
}

interface Open {
  readonly questions: readonly Question[];
  readonly replies: Map<string, Reply>;
  settle(replies: readonly Reply[]): void;
}

const DISMISSED: Reply = { type: "dismiss" };

/** The questions of one turn. */
export class Asks {
  readonly #engine: string;
  readonly #output: RunOutput;
  readonly #open = new Set<Open>();
  #isClosed = false;
  #count = 0;

  constructor(engine: string, output: RunOutput) {
    this.#engine = engine;
    this.#output = output;
  }

  get isAsking(): boolean {
    return this.#open.size > 0;
  }

  permit(request: RequestPermissionRequest, call: Call, place: { cwd: string }): Promise<RequestPermissionResponse> {
    return this.#ask((id) => toPermission(id, { request, call, cwd: place.cwd }));
  }

  elicit(request: CreateElicitationRequest): Promise<CreateElicitationResponse> {
    return this.#ask((id) => toForm(id, request));
  }

  /** False if the question is not open any more. */
  answer(questionId: string, reply: Reply): boolean {
    for (const open of this.#open) {
      const isAsked = open.questions.some(({ id }) => id === questionId);
      if (!isAsked || open.replies.has(questionId)) continue;
      open.replies.set(questionId, reply);
      this.#output.push({ type: "resolved", engine: this.#engine, questionId });
      if (open.replies.size < open.questions.length) return true;
      this.#open.delete(open);
      open.settle(open.questions.map(({ id }) => open.replies.get(id) ?? DISMISSED));
      return true;
    }
    return false;
  }

  /** Answers all with no, and from now on. */
  close(): void {
    this.#isClosed = true;
    for (const { questions } of [...this.#open]) for (const { id } of questions) this.answer(id, DISMISSED);
  }

  #ask<Answer>(make: (id: string) => Asking<Answer>): Promise<Answer> {
    this.#count += 1;
    const { questions, toAnswer } = make(`${this.#engine}.ask${this.#count}`);
    if (this.#isClosed || questions.length === 0) return Promise.resolve(toAnswer([]));
    return new Promise((resolve) => {
      this.#open.add({ questions, replies: new Map(), settle: (replies) => resolve(toAnswer(replies)) });
      for (const question of questions) this.#output.push({ type: "question", engine: this.#engine, question });
    });
  }
}
