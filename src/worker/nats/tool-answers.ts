import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import { UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { toAnswer } from "./answer.ts";
import type { Answer, SentToolCall, ToolStep } from "./schema.ts";
import type { ToolRequest } from "./tool-calls.ts";

/** Carries out a call of takopi's own tools by the run that has the token. @throws UserError */
export type CallTool = (
  request: ToolRequest & { readonly token: string },
  emit: (event: unknown) => void,
  gone: AbortSignal,
  /** Has something told, once, whether the machine of the run has got the result. */
  onDelivery: (hear: (isDelivered: boolean) => void) => void,
) => Promise<unknown>;

export interface ToolAnswersOptions {
  /** Of the run, in this process. */
  readonly token: string;
  readonly callTool: CallTool;
  /** Tells the machine of the run; false if the call is not the bridge's to carry out. @throws UserError */
  readonly tell: (id: string, step: ToolStep) => Promise<boolean>;
  readonly log: Logger;
  /** The run is over. */
  readonly over: AbortSignal;
}

/** Answers the calls of takopi's own tools by a run on another machine. */
export class ToolAnswers {
  readonly #options: ToolAnswersOptions;
  /** By the id of the call. */
  readonly #open = new Map<string, AbortController>();

  constructor(options: ToolAnswersOptions) {
    this.#options = options;
  }

  /** Each call is carried out once, by the bridge to which its machine gives it. Never rejects. */
  async answer({ id, ...asked }: SentToolCall): Promise<void> {
    const { tell, log, over } = this.#options;
    const left = new AbortController();
    const gone = AbortSignal.any([left.signal, over]);
    const listeners: ((isDelivered: boolean) => void)[] = [];
    this.#open.set(id, left);
    try {
      if (!(await tell(id, { step: "take" }))) return;
      const answer = await this.#carryOut(asked, id, { gone, onDelivery: (hear) => void listeners.push(hear) });
      const isDelivered = await this.#deliver(id, answer, gone);
      for (const hear of listeners) hear(isDelivered);
    } catch (error) {
      log.warn({ err: error, operation: asked.operation }, "machine.tool_not_answered");
    } finally {
      this.#open.delete(id);
    }
  }

  /** Nobody waits for the answer any more. */
  leave(id: string): void {
    this.#open.get(id)?.abort();
  }

  async #carryOut({ operation, input }: Omit<SentToolCall, "id">, id: string, how: How): Promise<Answer> {
    const { token, callTool, tell, log } = this.#options;
    const emit = (event: unknown) => void tell(id, { step: "told", event }).catch(() => {});
    try {
      return { ok: true, value: await callTool({ operation, input, token }, emit, how.gone, how.onDelivery) };
    } catch (error) {
      if (!(error instanceof UserError)) log.error({ err: error, operation }, "machine.tool_failed");
      return toAnswer(error, "Something broke in the bridge; its log has the cause.");
    }
  }

  /** False if the call no longer waits for it. Once `gone` is aborted there is one more try. */
  async #deliver(id: string, answer: Answer, gone: AbortSignal): Promise<boolean> {
    const { tell, log } = this.#options;
    for (;;) {
      const isLast = gone.aborted;
      try {
        return await tell(id, { step: "answer", answer });
      } catch (error) {
        log.warn({ err: error }, "machine.tool_not_answered");
        if (isLast) return false;
        await delay(BOUNDS.machines.retryMs, undefined, { signal: gone, ref: false }).catch(() => {});
      }
    }
  }
}

interface How {
  readonly gone: AbortSignal;
  readonly onDelivery: Parameters<CallTool>[3];
}
