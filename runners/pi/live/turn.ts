import { setTimeout as delay } from "node:timers/promises";
import type { Action, ActionEvent, Completed, RunEvent } from "../../../src/domain/events.ts";
import type { Reply } from "../../../src/domain/question.ts";
import type { Exit } from "../../../src/engine/define.ts";
import type { LiveOutput } from "../../../src/engine/live-run.ts";
import { EngineError } from "../../../src/errors.ts";
import { end, toOutcome, toRefusal } from "../outcome.ts";
import { ENGINE, type Outcome, type PiState, toCompleted } from "../state.ts";
import { Dialogs } from "./dialogs.ts";
import type { Listener, Peer } from "./peer.ts";
import { Accepted, type LiveLine, SessionState } from "./schema.ts";
import { addText, firstTurn, isAttemptOver, type TurnState, translateLine } from "./translate.ts";

/** How long pi may take from one state to another of which it tells nothing. */
const RECHECK_MS = 150;

export interface TurnRequest {
  readonly peer: Peer;
  readonly state: PiState;
  readonly output: LiveOutput;
}

/** One prompt to a pi that waits for it, until pi is idle again. */
export class Turn implements Listener {
  /** Resolves when `completed` was emitted. */
  readonly over: Promise<void>;
  readonly #peer: Peer;
  readonly #output: LiveOutput;
  readonly #dialogs: Dialogs;
  readonly #accepted: Promise<void>;
  #state: TurnState;
  #markAccepted: () => void = () => {};
  #markOver: () => void = () => {};
  #isAsked = false;
  #isOver = false;
  #isCut = false;
  /** This pi says by itself when it has settled. */
  #settles = false;
  /** Grows with each line that speaks of work, so that an older look at pi's state does not count. */
  #moves = 0;

  constructor({ peer, state, output }: TurnRequest) {
    this.#peer = peer;
    this.#state = firstTurn(state);
    this.#output = output;
    this.#dialogs = new Dialogs(peer, output);
    this.#accepted = new Promise((resolve) => {
      this.#markAccepted = resolve;
    });
    this.over = new Promise((resolve) => {
      this.#markOver = resolve;
    });
  }

  /** Hands the prompt over. Never rejects: a refusal is the turn's outcome. */
  async begin(message: string): Promise<void> {
    if (this.#isCut) return this.#finish({ ok: false, error: "pi was not asked." });
    this.#isAsked = true;
    try {
      const { disposition } = await this.#peer.ask("prompt", Accepted, { message });
      this.#markAccepted();
      this.#settles ||= disposition !== undefined;
      if (disposition === "handled") this.#finishHandled();
      else if (disposition === undefined) await this.#checkEnd();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // Where pi has ended, its exit tells more.
      if (!this.#peer.hasEnded()) this.#finish(toRefusal(error.message));
    }
  }

  text(delta: string): void {
    this.#step(addText(this.#state, delta));
  }

  line(line: LiveLine): void {
    if (line.type === "extension_ui_request") this.#dialogs.open(line);
    else if (line.type !== "queue_update") this.#moves += 1;
    if (line.type === "agent_settled") this.#settles = true;
    // Before the agent started there was nothing to abort.
    if (line.type === "agent_start" && this.#isCut) this.#peer.tell("abort");
    this.#step(translateLine(this.#state, line));
    if (!this.#settles && isAttemptOver(this.#state, line)) void this.#checkEnd();
  }

  /** pi has exited: what is not over by now never will be. */
  gone(exit: Exit): void {
    this.#complete(end(this.#state.run, exit));
  }

  /** @throws EngineError where pi takes no message now. */
  async steer(message: string): Promise<void> {
    await this.#accepted;
    if (this.#isOver) throw new EngineError("pi is done with this task.");
    await this.#peer.ask("steer", Accepted, { message });
  }

  /** False where the question is not open any more. */
  answer(questionId: string, reply: Reply): boolean {
    return this.#dialogs.answer(questionId, reply);
  }

  /** Asks pi to end the turn; wait for `over`. */
  cut(): void {
    this.#isCut = true;
    // While a dialog is open pi does not come to the abort.
    this.#dialogs.close();
    if (!this.#isAsked) return;
    // Else added messages would open the next turn. Old pi does not know the command, and says so.
    this.#peer.tell("clear_queue");
    this.#peer.tell("abort");
  }

  /** Looks whether pi is idle: old pi does not say when it is. */
  async #checkEnd(): Promise<void> {
    const moves = this.#moves;
    for (let looks = 1; ; looks += 1) {
      const pi = await this.#peer.ask("get_state", SessionState).catch(() => undefined);
      const { phase } = this.#state.run;
      if (pi === undefined || phase === "working" || this.#isOver || this.#moves !== moves) return;
      // After a compaction pi goes on with messages that wait, a moment later.
      const isIdle = !pi.isStreaming && !pi.isCompacting && (pi.pendingMessageCount === 0 || looks > 1);
      if (isIdle) return phase === "waiting" ? this.#finishHandled() : this.#finishIdle();
      await delay(RECHECK_MS);
    }
  }

  /** Prompts that begin with `/` may be commands of extensions, which need no model. */
  #finishHandled(): void {
    const run = { ...this.#state.run, answer: "An extension of pi took this message." };
    this.#complete(toCompleted(run, { ok: true }));
  }

  #finishIdle(): void {
    if (this.#state.waiting.length > 0) this.#output.push(LATE);
    this.#finish(toOutcome(this.#state.run));
  }

  #finish(outcome: Outcome): void {
    this.#complete(toCompleted(this.#state.run, outcome));
  }

  #step([state, events]: readonly [TurnState, readonly RunEvent[]]): void {
    this.#state = state;
    for (const event of events) {
      if (event.type === "completed") this.#complete(event);
      else if (event.type === "text") this.#output.text(event.text);
      else this.#output.push(event);
    }
  }

  #complete(outcome: Completed): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#dialogs.close();
    this.#output.push({ ...outcome, answer: outcome.answer || this.#state.draft });
    this.#markAccepted();
    this.#markOver();
  }
}

const lateMessage: Action = {
  id: `${ENGINE}.late`,
  kind: "warning",
  title: "pi was done before it read the added message, and will read it with the next one",
  detail: {},
};
const LATE: ActionEvent = {
  type: "action",
  engine: ENGINE,
  phase: "completed",
  action: lateMessage,
  ok: false,
  level: "warning",
};
