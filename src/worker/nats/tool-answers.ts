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
    this.#open.set(id, left);
    try {
      if (!(await tell(id, { step: "take" }))) return;
      const answer = await this.#carryOut(asked, id, gone);
      await this.#deliver(id, answer, gone);
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

  async #carryOut({ operation, input }: Omit<SentToolCall, "id">, id: string, gone: AbortSignal): Promise<Answer> {
    const { token, callTool, tell, log } = this.#options;
    const emit = (event: unknown) => void tell(id, { step: "told", event }).catch(() => {});
    try {
      return { ok: true, value: await callTool({ operation, input, token }, emit, gone) };
    } catch (error) {
      if (!(error instanceof UserError)) log.error({ err: error, operation }, "machine.tool_failed");
      return toAnswer(error, "Something broke in the bridge; its log has the cause.");
    }
  }

  async #deliver(id: string, answer: Answer, gone: AbortSignal): Promise<void> {
    const { tell, log } = this.#options;
    while (!gone.aborted) {
      try {
        await tell(id, { step: "answer", answer });
        return;
      } catch (error) {
        log.warn({ err: error }, "machine.tool_not_answered");
        await delay(BOUNDS.machines.retryMs, undefined, { signal: gone, ref: false }).catch(() => {});
      }
    }
  }
}
