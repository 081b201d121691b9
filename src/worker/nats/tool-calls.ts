import { randomBytes } from "node:crypto";
import { BOUNDS } from "../../bounds.ts";
import { RUN_OVER } from "../../engine/pass.ts";
import { UserError } from "../../errors.ts";
import { outputOf } from "./answer.ts";
import type { Answer, Said, ToolStep } from "./schema.ts";
import { newName } from "./values.ts";

export interface ToolRequest {
  readonly operation: string;
  readonly input: unknown;
  readonly token?: string | undefined;
}

interface Caller {
  readonly jobId: string;
  /** Tells the bridge something of the run. */
  readonly say: (said: Said) => void;
}

interface OpenCall extends Caller {
  readonly emit: (event: unknown) => void;
  readonly settle: (answer: Answer) => void;
  readonly timer: NodeJS.Timeout;
  isTaken: boolean;
}

/** Calls of takopi's own tools by the runs of this machine, on their way to the bridge and back. */
export class ToolCalls {
  readonly #machine: string;
  /** By the run's token. */
  readonly #callers = new Map<string, Caller>();
  /** By id. */
  readonly #open = new Map<string, OpenCall>();
  /** Ids of calls that the bridge has answered, the newest last: it says so again if it did not hear that it has. */
  readonly #answered = new Set<string>();

  constructor(machine: string) {
    this.#machine = machine;
  }

  /** Gives a run the token with which its tools call. */
  admit(caller: Caller): string {
    const token = randomBytes(32).toString("base64url");
    this.#callers.set(token, caller);
    return token;
  }

  /** The run has ended: its token opens nothing more. */
  dismiss(token: string): void {
    const { jobId } = this.#callers.get(token) ?? {};
    this.#callers.delete(token);
    for (const call of this.#open.values()) if (call.jobId === jobId) call.settle(failed("not_allowed", RUN_OVER));
  }

  /**
   * Has the bridge carry out a call. `emit` gets what it tells meanwhile; `gone` is aborted if nobody waits any more.
   *
   * @throws UserError
   */
  async call({ operation, input, token }: ToolRequest, emit: OpenCall["emit"], gone: AbortSignal): Promise<unknown> {
    const caller = this.#callers.get(token ?? "");
    if (token === undefined) throw new UserError(`This is the worker ${this.#machine}: ${ASK}`, { code: "no_bridge" });
    if (!caller) throw new UserError(RUN_OVER, { code: "not_allowed" });
    gone.throwIfAborted();
    const id = newName();
    const leave = () => this.#leave(id, failed("interrupted", "Nobody waits for it any more."));
    gone.addEventListener("abort", leave);
    try {
      const answer = await new Promise<Answer>((resolve) => {
        const settle = (answer: Answer) => {
          // Nothing that comes later counts as heard.
          clearTimeout(this.#open.get(id)?.timer);
          this.#open.delete(id);
          resolve(answer);
        };
        this.#open.set(id, { ...caller, emit, settle, timer: this.#limit(id), isTaken: false });
        caller.say({ type: "tool", id, operation, input });
      });
      return outputOf(answer);
    } finally {
      gone.removeEventListener("abort", leave);
      clearTimeout(this.#open.get(id)?.timer);
      this.#open.delete(id);
    }
  }

  /** Takes what the bridge does about a call; false if the call is not (or no longer) the bridge's to carry out. */
  hear(jobId: string, id: string, step: ToolStep): boolean {
    const call = this.#open.get(id);
    if (call?.jobId !== jobId) return step.step === "answer" && this.#answered.has(id);
    call.timer.refresh();
    if (step.step === "take") return this.#take(call);
    if (step.step === "told") call.emit(step.event);
    else this.#answer(id, call, step.answer);
    return true;
  }

  #answer(id: string, call: OpenCall, answer: Answer): void {
    this.#answered.add(id);
    const [oldest] = this.#answered;
    if (this.#answered.size > KEPT && oldest !== undefined) this.#answered.delete(oldest);
    call.settle(answer);
  }

  #take(call: OpenCall): boolean {
    // The bridge that took it before has ended since.
    if (call.isTaken) call.settle(failed("interrupted", CUT_OFF));
    const isFirst = !call.isTaken;
    call.isTaken = true;
    return isFirst;
  }

  #limit(id: string): NodeJS.Timeout {
    return setTimeout(() => {
      const isTaken = this.#open.get(id)?.isTaken;
      this.#leave(id, failed("no_bridge", isTaken ? CUT_OFF : AWAY));
    }, BOUNDS.machines.toolMs).unref();
  }

  /** Ends a call without the bridge, which is told if it has the call. */
  #leave(id: string, answer: Answer): void {
    const call = this.#open.get(id);
    if (call?.isTaken) call.say({ type: "toolLeft", id });
    call?.settle(answer);
  }
}

/** Ids of answered calls. The bridge repeats an answer for as long as the run lives. */
const KEPT = 1000;

const ASK = "its bridge runs on another machine; ask there.";
const AWAY = "The bridge cannot be reached now: try again later.";
const CUT_OFF = "The bridge ended before it answered: this may have been done, or not.";

const failed = (code: string, problem: string): Answer => ({ ok: false, code, problem });
