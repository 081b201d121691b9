import { decide, type Rules } from "../../../src/domain/policy.ts";
import type { Reply } from "../../../src/domain/question.ts";
import { requireTaken } from "./client.ts";
import { coverage, partOf, toAnswer, toApproval, toDecision } from "./questions.ts";
import type { PermissionRequest, QuestionRequest } from "./schema.ts";
import type { OpencodeServer } from "./server.ts";
import type { OpenRequest } from "./state.ts";

export interface AnswersSetup {
  readonly server: OpencodeServer;
  /** The run's own session, whose sub-agents may do what it may. */
  readonly session: string;
  /** The session's directory. */
  readonly directory: string;
  /** Commands that no permission for the session covers. */
  readonly rules: Pick<Rules, "deny" | "deny_paths" | "deny_tools">;
}

/** Passes a person's replies on. What is allowed for a session is kept here: opencode would allow it to all sessions. */
export class Answers {
  readonly #setup: AnswersSetup;
  /** Answers to some of the questions of a request, until there are all. */
  readonly #given = new Map<string, Map<number, readonly string[]>>();

  constructor(setup: AnswersSetup) {
    this.#setup = setup;
  }

  /**
   * Gives the reply to the server. False if the question waits no longer, or the reply does not fit it.
   *
   * @throws EngineError if the server refuses it.
   */
  async give(questionId: string, reply: Reply, open: ReadonlyMap<string, OpenRequest>): Promise<boolean> {
    const { request, index } = partOf(questionId);
    const asked = open.get(request);
    if (asked?.type === "permission") return this.#decide(asked.request, reply, open);
    if (asked?.type === "question") return this.#answer(asked.request, index, reply);
    return false;
  }

  /** Whether all that this would do has been allowed for the session, and the rules do not speak against it. */
  isAllowed(request: PermissionRequest): boolean {
    const { server, session, directory, rules } = this.#setup;
    const covered = coverage(request);
    const allowed = server.allowed.get(session);
    const isCovered = covered.length > 0 && covered.every((pattern) => allowed?.has(pattern));
    return isCovered && decide(toApproval(request, directory), { ...rules, approvals: "allow" }) === "allow";
  }

  /** Allows one request without asking. */
  async allow({ id }: PermissionRequest): Promise<boolean> {
    return this.#post(`/permission/${id}/reply`, { reply: "once" });
  }

  async #decide(request: PermissionRequest, reply: Reply, open: ReadonlyMap<string, OpenRequest>): Promise<boolean> {
    const decision = toDecision(reply);
    if (decision === undefined) return false;
    if (reply.type === "allow" && reply.scope === "session") this.#remember(request);
    const isTaken = await this.#post(`/permission/${request.id}/reply`, decision);
    for (const other of open.values()) {
      if (other.type !== "permission" || other.request.id === request.id || !this.isAllowed(other.request)) continue;
      await this.allow(other.request);
    }
    return isTaken;
  }

  #remember(request: PermissionRequest): void {
    const { server, session } = this.#setup;
    server.allowed.set(session, new Set([...(server.allowed.get(session) ?? []), ...coverage(request)]));
  }

  async #answer({ id, questions }: QuestionRequest, index: number, reply: Reply): Promise<boolean> {
    if (reply.type === "dismiss" || reply.type === "deny") return this.#post(`/question/${id}/reject`);
    const answer = toAnswer(reply);
    if (answer === undefined || index >= questions.length) return false;
    const given = (this.#given.get(id) ?? new Map()).set(index, answer);
    this.#given.set(id, given);
    if (given.size < questions.length) return true;
    return this.#post(`/question/${id}/reply`, { answers: questions.map((_, at) => given.get(at) ?? []) });
  }

  async #post(path: string, body?: unknown): Promise<boolean> {
    const { server, directory } = this.#setup;
    const answer = await server.client.send({ method: "POST", path, directory, body });
    if (answer.status === 404) return false;
    requireTaken(answer);
    return true;
  }
}
