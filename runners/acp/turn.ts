import { setImmediate } from "node:timers/promises";
import type { RequestPermissionRequest, SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import type { Reply } from "../../src/domain/question.ts";
import { MS_PER_MINUTE } from "../../src/domain/time.ts";
import type { RunContext } from "../../src/engine/driver.ts";
import type { Image } from "../../src/engine/images.ts";
import { EngineError } from "../../src/errors.ts";
import type { Agent } from "./agent.ts";
import { Asks } from "./asks.ts";
import type { Listener } from "./connection.ts";
import { allowOnce } from "./permission.ts";
import { toRefusal } from "./refusal.ts";
import { type AcpState, type Call, toCompleted, withUsage } from "./state.ts";
import { isOwnTool } from "./tools.ts";
import { endOpen, merge, note, translate } from "./translate.ts";

export interface TurnSetup {
  readonly agent: Agent;
  readonly context: RunContext;
  readonly state: AcpState;
  readonly silenceMinutes: number;
  /** Whether the session has takopi's own tools, which need no approval. */
  readonly hasTools: boolean;
}

/** One prompt to its end. With the reasons of denials, which the protocol cannot pass on, further prompts follow. */
export class Turn implements Listener {
  readonly #setup: TurnSetup;
  readonly #asks: Asks;
  readonly #calls = new Map<string, Call>();
  readonly #reasons: string[] = [];
  #state: AcpState;
  #silence: NodeJS.Timeout | undefined;
  #silent: string | undefined;

  constructor(setup: TurnSetup) {
    this.#setup = setup;
    this.#state = setup.state;
    this.#asks = new Asks(setup.state.engine, setup.context);
  }

  async play(message: { text: string; images: readonly Image[] }): Promise<void> {
    const { agent, context } = this.#setup;
    context.push({ type: "started", engine: this.#state.engine, resume: this.#state.resume });
    context.ready({ interrupt: true, answer: async (id, reply) => this.#answer(id, reply) });
    const cut = (): void => this.#cut();
    context.stopped.addEventListener("abort", cut);
    const ended = agent.gone.then(({ code, signal, stderr }): never => {
      throw new EngineError(`${agent.label} ended in mid-turn (${signal ?? `exit code ${code}`}).`, { stderr });
    });
    ended.catch(() => {});
    try {
      if (context.stopped.aborted) return this.#complete("The agent was not asked.");
      this.#complete(await this.#prompt(message, ended));
    } catch (error) {
      const failure = error instanceof EngineError ? error : toRefusal(agent.label, error);
      this.#complete([failure.message, failure.stderr].filter(Boolean).join("\n"));
    } finally {
      clearTimeout(this.#silence);
      context.stopped.removeEventListener("abort", cut);
    }
  }

  update(update: SessionUpdate): void {
    this.#heard();
    if (update.sessionUpdate === "tool_call" || update.sessionUpdate === "tool_call_update") {
      this.#calls.set(update.toolCallId, merge(this.#calls.get(update.toolCallId), update));
    }
    const [state, events] = translate(this.#state, update);
    this.#state = state;
    for (const event of events) this.#setup.context.push(event);
  }

  async permit(request: RequestPermissionRequest) {
    this.#heard();
    const { toolCall, options } = request;
    const { agent, hasTools } = this.#setup;
    const call = merge(this.#calls.get(toolCall.toolCallId), toolCall);
    const own = hasTools && isOwnTool(call) ? allowOnce(options) : undefined;
    return own ?? this.#asks.permit(request, call, agent);
  }

  elicit(request: Parameters<Listener["elicit"]>[0]) {
    this.#heard();
    return this.#asks.elicit(request);
  }

  /** Returns the problem, if there is one. */
  async #prompt(
    message: { text: string; images: readonly Image[] },
    ended: Promise<never>,
  ): Promise<string | undefined> {
    const { agent, context } = this.#setup;
    for (let next: typeof message | undefined = message; next !== undefined; ) {
      this.#heard();
      const { stopReason, usage } = await Promise.race([agent.prompt(next), ended]);
      // Updates that the agent sent before its answer come before it.
      await setImmediate();
      this.#state = withUsage(this.#state, usage);
      if (this.#silent !== undefined) return this.#silent;
      const reasons = this.#reasons.splice(0);
      next = reasons.length > 0 && !context.stopped.aborted ? { text: reasons.join("\n"), images: [] } : undefined;
      if (next === undefined) return this.#judge(stopReason);
    }
    return undefined;
  }

  #judge(stopReason: string): string | undefined {
    const { label } = this.#setup.agent;
    switch (stopReason) {
      case "refusal":
        return `${label} refused the task.`;
      case "cancelled":
        return "The turn was cancelled.";
      case "max_tokens":
      case "max_turn_requests": {
        const limit = stopReason === "max_tokens" ? "tokens" : "model calls";
        const [state, events] = note(
          this.#state,
          `${label} reached its limit of ${limit}: the answer may be cut off`,
          "warning",
        );
        this.#state = state;
        for (const event of events) this.#setup.context.push(event);
        return undefined;
      }
      default:
        return undefined;
    }
  }

  #answer(id: string, reply: Reply): boolean {
    const isTaken = this.#asks.answer(id, reply);
    const reason = reply.type === "deny" ? reply.reason : undefined;
    if (isTaken && reason) this.#reasons.push(`The user denied that step: ${reason}`);
    this.#heard();
    return isTaken;
  }

  #cut(): void {
    this.#asks.close();
    this.#setup.agent.cancel();
  }

  /** A sub-agent's question never reaches the client, and retries of the model are silent too (opencode 1.18.33). */
  #heard(): void {
    clearTimeout(this.#silence);
    const { silenceMinutes, agent } = this.#setup;
    this.#silence = setTimeout(() => {
      const isBusy = [...this.#state.open.values()].some(({ action }) => action.kind !== "note");
      if (isBusy || this.#asks.isAsking) return this.#heard();
      this.#silent = `${agent.label} gave no sign of life for ${silenceMinutes} min, so the turn was ended; it may have waited for a permission of a sub-agent, which ACP does not pass on. Allow it in the agent's own settings, or raise \`silence_minutes\`.`;
      this.#cut();
    }, silenceMinutes * MS_PER_MINUTE).unref();
  }

  #complete(error: string | undefined): void {
    this.#asks.close();
    for (const event of endOpen(this.#state)) this.#setup.context.push(event);
    this.#setup.context.push(toCompleted(this.#state, error));
  }
}
