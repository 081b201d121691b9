import type { Completed, ShownEvent } from "../../../src/domain/events.ts";
import type { Goal, GoalStatus } from "../../../src/domain/goal.ts";
import { timerMs } from "../../../src/domain/time.ts";
import type { RunOutput } from "../../../src/engine/driver.ts";
import type { RpcPeer } from "../../../src/engine/json-rpc.ts";
import { beginGoal, type KeptTerms, pauseGoal } from "./goal.ts";
import type { Notification } from "./wire.ts";

/** Turns in a row without a tool call, after which a goal is paused: they cost tokens and get nowhere. */
const MAX_IDLE_TURNS = 3;
/** How long the next turn may take to begin; it comes at once. */
const NEXT_TURN_MS = 30_000;

const WORK = new Set(["command", "tool", "file_change", "web_search", "subagent"]);

export interface GoalSetup {
  readonly peer: RpcPeer;
  readonly thread: string;
  readonly objective: string;
  readonly terms: KeptTerms;
  readonly output: RunOutput;
  /** Ends the turn that runs, if one does. */
  readonly cut: () => void;
  /** The outcome was told. */
  readonly over: () => void;
}

/** Follows the turns that a goal begins by itself, and makes one outcome of them. */
export class GoalKeeper implements RunOutput {
  readonly #setup: GoalSetup;
  #goal: Goal | undefined;
  #turn = 0;
  #isTurnOpen = false;
  #isWorking = false;
  #idleTurns = 0;
  /** How the last turn ended, until it is known whether another begins. */
  #last: Completed | undefined;
  #problem: string | undefined;
  #isOver = false;
  #limit: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;

  constructor(setup: GoalSetup) {
    this.#setup = setup;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isTurnOpen(): boolean {
    return this.#isTurnOpen;
  }

  /** @throws EngineError if codex takes no such goal. */
  async begin(): Promise<void> {
    const { peer, thread, terms } = this.#setup;
    const goal = await beginGoal(peer, thread, this.#setup);
    // Its first turn may be over already.
    if (this.#goal === undefined) this.#take(goal);
    const { minutes } = terms;
    if (minutes === undefined) return;
    const problem = `The ${minutes} min of this goal are over, so it was paused. /goal resume continues it.`;
    this.#limit = setTimeout(() => void this.#stop(problem), timerMs(minutes));
  }

  /** No more timers. */
  close(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#next);
  }

  /** Never throws: a goal whose server has ended works no more. */
  async pause(): Promise<void> {
    await pauseGoal(this.#setup.peer, this.#setup.thread).catch(() => {});
  }

  /** The events of the turns; the outcome of each is kept back. */
  push(event: ShownEvent): void {
    if (event.type === "action" && WORK.has(event.action.kind)) this.#isWorking = true;
    if (event.type === "completed") this.#turnEnded(event);
    else this.#setup.output.push(event);
  }

  turnBegan(): void {
    if (this.#isTurnOpen) return;
    clearTimeout(this.#next);
    this.#isTurnOpen = true;
    // It began before the goal was paused, and is cut.
    if (this.#problem !== undefined) return;
    const message = this.#last?.answer || undefined;
    this.#last = undefined;
    if (message !== undefined) this.#tell(message);
    this.#turn += 1;
    this.#isWorking = false;
    this.#tell();
  }

  heard({ method, params }: Notification): void {
    if (method === "thread/goal/updated") {
      // Until it is active, this is about the goal as it was.
      if (this.#goal !== undefined || params.goal.status === "active") this.#take(params.goal);
    } else if (method === "thread/goal/cleared" && this.#goal !== undefined)
      this.#finish("The goal was cleared meanwhile.");
  }

  #take(goal: Goal): void {
    this.#goal = goal;
    this.#tell();
    if (goal.status !== "active" && !this.#isTurnOpen) this.#finish();
  }

  #tell(message?: string): void {
    const { output } = this.#setup;
    if (this.#goal === undefined || this.#turn === 0) return;
    output.push({ type: "goal", engine: "codex", goal: this.#goal, turn: this.#turn, ...(message && { message }) });
  }

  #turnEnded(outcome: Completed): void {
    this.#isTurnOpen = false;
    this.#last = { ...(this.#last ?? outcome), ...(outcome.usage && { usage: outcome.usage }) };
    this.#idleTurns = this.#isWorking ? 0 : this.#idleTurns + 1;
    // A person's message may be answered before the goal is active.
    if (this.#goal === undefined) return;
    if (this.#goal.status !== "active" || this.#problem !== undefined) this.#finish();
    else if (!outcome.ok) void this.#stop(outcome.error ?? "The turn failed.");
    else if (this.#idleTurns === MAX_IDLE_TURNS) {
      void this.#stop(`The goal was paused: ${MAX_IDLE_TURNS} turns in a row used no tool. /goal resume continues it.`);
    } else {
      const late = "Codex began no further turn, so the goal was paused. /goal resume continues it.";
      this.#next = setTimeout(() => void this.#stop(late), NEXT_TURN_MS);
    }
  }

  /** Pauses the goal, and ends the turn if one has begun meanwhile. */
  async #stop(problem: string): Promise<void> {
    this.#problem ??= problem;
    await this.pause();
    if (this.#isTurnOpen) this.#setup.cut();
    else this.#finish();
  }

  #finish(problem = this.#problem): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const last: Completed = this.#last ?? { type: "completed", engine: "codex", ok: true, answer: "" };
    const error = problem ?? last.error ?? ENDS[this.#goal?.status ?? "blocked"];
    const { error: _, ...kept } = last;
    const answer = last.answer || (error === undefined ? "The goal is reached." : "");
    this.#setup.output.push({ ...kept, answer, ok: error === undefined, ...(error !== undefined && { error }) });
    this.close();
    this.#setup.over();
  }
}

const ENDS: Readonly<Record<GoalStatus, string | undefined>> = {
  active: undefined,
  complete: undefined,
  paused: "The goal was paused. /goal resume continues it.",
  blocked: "Codex cannot reach this goal by itself. Reply with what it needs, then /goal resume.",
  usageLimited: "The usage limit of the plan is reached, so the goal stopped. /goal resume continues it later.",
  budgetLimited: "The goal has used its budget. /goal resume --tokens 200k gives it more.",
};
