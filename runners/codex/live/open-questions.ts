import type { Question, Reply } from "../../../src/domain/question.ts";
import type { RequestId } from "../../../src/engine/json-rpc.ts";
import type { Asking } from "./questions.ts";

interface Pending {
  readonly requestId: RequestId;
  readonly asking: Asking;
  readonly replies: Map<string, Reply>;
}

export interface Answered {
  readonly question: Question;
  readonly requestId: RequestId;
  /** The result of the request; undefined while another of its questions waits. */
  readonly result: object | undefined;
}

/** The questions of a turn that wait for an answer. A request of codex may hold several. */
export class OpenQuestions {
  readonly #pending = new Map<RequestId, Pending>();

  open(requestId: RequestId, asking: Asking): void {
    this.#pending.set(requestId, { requestId, asking, replies: new Map() });
  }

  /** Forgets a request that is settled; gives the ids of its questions that still waited. */
  settle(requestId: RequestId): readonly string[] {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    return pending?.asking.questions.map(({ id }) => id).filter((id) => !pending.replies.has(id)) ?? [];
  }

  /** Takes a reply; undefined if the question waits no longer. */
  reply(questionId: string, reply: Reply): Answered | undefined {
    for (const { requestId, asking, replies } of this.#pending.values()) {
      const question = asking.questions.find(({ id }) => id === questionId);
      if (question === undefined || replies.has(questionId)) continue;
      replies.set(questionId, reply);
      if (replies.size < asking.questions.length) return { question, requestId, result: undefined };
      this.#pending.delete(requestId);
      const inOrder = asking.questions.map(({ id }): Reply => replies.get(id) ?? { type: "dismiss" });
      return { question, requestId, result: asking.toResult(inOrder) };
    }
    return undefined;
  }
}
