import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import type { RunCommand, RunSpec } from "../../domain/run.ts";
import { EventQueue } from "../../engine/event-queue.ts";
import { userText } from "../../errors.ts";
import type { LeftRun, WorkerEvent, WorkerRun } from "../port.ts";
import { catchUp } from "./catch-up.ts";
import { Fence } from "./fence.ts";
import { findJob } from "./find-job.ts";
import { Loss } from "./loss.ts";
import { PROTOCOL } from "./names.ts";
import { whyNot } from "./presence.ts";
import type { RemoteOptions } from "./remote.ts";
import { type CallMessage, readSaid, type SentEvent, type ToolStep } from "./schema.ts";
import type { Kept } from "./streams.ts";
import { ToolAnswers } from "./tool-answers.ts";

export interface RemoteRunOptions extends RemoteOptions {
  readonly spec: RunSpec;
  /** Set if a bridge before this one may have given it to the machine. */
  readonly left: LeftRun | undefined;
  readonly call: (message: CallMessage) => Promise<unknown>;
}

/** A run on another machine, by what it says at the broker. Iterate once. */
export class RemoteRun implements WorkerRun {
  readonly events: AsyncIterable<WorkerEvent>;
  readonly #options: RemoteRunOptions;
  readonly #queue = new EventQueue<WorkerEvent>();
  readonly #over = new AbortController();
  readonly #tools: ToolAnswers | undefined;
  /** What was said before this bridge listened. */
  #backlog: SentEvent[] = [];
  #backlogTo = 0;
  #jobId: string | undefined;
  #lastSeq = 0;
  #fence: Fence | undefined;
  #loss: Loss | undefined;
  #stopping: StopCommand | undefined;
  #isAwayShown = false;

  constructor(options: RemoteRunOptions) {
    this.#options = options;
    this.#tools = this.#openTools();
    this.events = this.#iterate();
  }

  #openTools(): ToolAnswers | undefined {
    const { callTool, post, call, spec } = this.#options;
    const { toolsToken: token } = spec;
    if (!callTool || token === undefined) return undefined;
    const tell = async (id: string, step: ToolStep) =>
      (await call({ call: "tool", jobId: this.#jobId ?? "", id, ...step })) === true;
    return new ToolAnswers({ token, callTool, tell, log: post.log, over: this.#over.signal });
  }

  send(command: RunCommand): void {
    if (command.type === "stop" || command.type === "interrupt") {
      if (this.#stopping) return;
      this.#stopping = command;
      void this.#stop(command);
    } else void this.#pass(command);
  }

  get isAway(): boolean {
    return this.#isAwayShown;
  }

  leave(): boolean {
    // A machine that is there ends it, and one that was there a moment ago was told to.
    if (this.#queue.isOver || !(this.#isAwayShown || this.#stopping)) return false;
    this.#queue.end();
    this.#over.abort();
    return true;
  }

  async *#iterate(): AsyncGenerator<WorkerEvent, void> {
    const stopLooking = this.#options.roll.onChange(() => this.#look());
    this.#look();
    void this.#work();
    try {
      for await (const batch of this.#queue.batches()) yield* batch;
    } finally {
      stopLooking();
      // The reader has given it up.
      if (!this.#queue.isOver) this.send({ type: "stop", reason: "The bridge could not store it." });
      else this.#over.abort();
    }
  }

  /** Places the task and listens, again and again, until the run is over. */
  async #work(): Promise<void> {
    const { machine, post, spec } = this.#options;
    const { signal } = this.#over;
    while (!signal.aborted) {
      try {
        if (this.#jobId === undefined) {
          this.#jobId = await this.#place();
          if (this.#stopping) void this.#stop(this.#stopping);
        }
        if (signal.aborted) return;
        this.#look();
        for await (const kept of post.streams.read(machine, this.#jobId, signal)) {
          if (kept.seq > this.#lastSeq) await this.#hear(kept);
        }
      } catch (error) {
        post.log.warn({ err: error, runId: spec.runId, machine }, "machine.run_not_heard");
      }
      await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Gives the task to the machine, unless that was done before; its id there. */
  async #place(): Promise<string> {
    const { machine, post, spec } = this.#options;
    const { jobId, last } = await findJob(this.#options);
    this.#backlogTo = last?.seq ?? 0;
    this.#fence = new Fence({ ...this.#options, jobId });
    this.#loss = this.#watchFor(jobId, last === undefined && !this.#options.left?.hasBegun);
    if (!last && !this.#stopping) {
      const { toolsToken: _, ...sent } = spec;
      const hasTools = this.#tools ? { hasTools: true } : {};
      const body = await post.values.pack(machine, { protocol: PROTOCOL, jobId, spec: { ...sent, ...hasTools } });
      post.log.debug({ jobId, machine }, "machine.sending");
      await post.streams.sendJob(machine, body, jobId);
      post.log.info({ jobId, machine }, "machine.sent");
    }
    return jobId;
  }

  #watchFor(jobId: string, isNew: boolean): Loss {
    const { machine } = this.#options;
    const reason = `${machine} no longer knows this task, since its state was lost: look what was done there, then send the task again.`;
    const options = {
      ...{ ...this.#options, jobId, over: this.#over.signal },
      hasSpoken: () => Math.max(this.#lastSeq, this.#backlogTo) > 0,
      onLost: () => void this.#fence?.raise(reason, this.#over.signal),
    };
    return new Loss(options, isNew);
  }

  async #hear({ seq, body }: Kept): Promise<void> {
    const { machine, post, spec } = this.#options;
    const said = readSaid(await post.values.unpack(machine, body));
    this.#lastSeq = seq;
    if (said?.type === "fenced") this.#complete(said.reason);
    else if (said?.type === "tool") void this.#tools?.answer(said);
    else if (said?.type === "toolLeft") this.#tools?.leave(said.id);
    else if (said?.type === "event") this.#take(said.event, seq);
    else if (!said) post.log.error({ machine, runId: spec.runId, seq }, "machine.not_understood");
    if (seq >= this.#backlogTo) this.#flush();
  }

  #take(event: SentEvent, seq: number): void {
    if (seq <= this.#backlogTo) this.#backlog.push(event);
    else this.#push(event);
  }

  #flush(): void {
    const backlog = catchUp(this.#backlog);
    this.#backlog = [];
    for (const event of backlog) this.#push(event);
  }

  #push(event: SentEvent): void {
    if (this.#queue.isOver) return;
    this.#queue.push(event);
    if (event.type !== "completed") return;
    this.#queue.end();
    this.#over.abort();
  }

  #complete(error: string): void {
    this.#flush();
    this.#push({ type: "completed", engine: this.#options.spec.engine, ok: false, answer: "", error });
  }

  /** The machine is told; a machine that cannot be told loses the run. */
  async #stop(command: StopCommand): Promise<void> {
    const { signal } = this.#over;
    if (signal.aborted) return;
    if (!this.#fence) {
      // Nothing has left this machine, unless a bridge before this one sent it: then it is looked for first.
      return this.#options.left ? this.#look() : this.#complete(reasonOf(command));
    }
    const isTold = await this.#tell(command);
    if (!isTold && !signal.aborted) this.#giveUp(command);
  }

  /** Takes the run from a machine that cannot be told to stop it, and says so. */
  #giveUp(command: StopCommand): void {
    const { machine, roll } = this.#options;
    const reason = whyNot(machine, roll.of(machine)) ?? `${machine} does not answer`;
    this.#note("completed", `${reason}: the run there ends when it is back`);
    void this.#fence?.raise(reasonOf(command), this.#over.signal);
  }

  #note(phase: "started" | "completed", title: string): void {
    const action = { id: "machine", kind: "note", title, detail: {} } as const;
    const ok = phase === "completed" ? { ok: true } : {};
    this.#push({ type: "action", engine: this.#options.spec.engine, phase, action, ...ok });
  }

  async #tell(command: RunCommand): Promise<boolean> {
    const { call } = this.#options;
    if (this.#jobId === undefined) return false;
    return (await call({ call: "command", jobId: this.#jobId, command }).catch(() => false)) === true;
  }

  async #pass(command: Extract<RunCommand, { readonly id: string }>): Promise<void> {
    const { call, spec } = this.#options;
    const { id } = command;
    try {
      if (await call({ call: "command", jobId: this.#jobId ?? "", command })) return;
      this.#push({ type: "ack", id, ok: false });
    } catch (error) {
      this.#push({ type: "ack", id, ok: false, problem: userText(error, spec.runId) });
    }
  }

  /** Shows that the machine has gone, or is back; a run that shall end does not wait for it. */
  #look(): void {
    const { machine, roll } = this.#options;
    if (this.#jobId !== undefined) this.#loss?.look();
    const reason = whyNot(machine, roll.of(machine));
    if (reason !== undefined && this.#stopping && (this.#fence || this.#options.left)) this.#giveUp(this.#stopping);
    else if ((reason !== undefined) !== this.#isAwayShown) this.#showAway(reason);
  }

  #showAway(reason: string | undefined): void {
    const { machine } = this.#options;
    this.#isAwayShown = reason !== undefined;
    if (reason === undefined) this.#note("completed", `${machine} is there`);
    else this.#note("started", `${reason}; this waits for it`);
  }
}

type StopCommand = Extract<RunCommand, { readonly type: "stop" | "interrupt" }>;

const reasonOf = (command: StopCommand): string => (command.type === "stop" ? command.reason : "Interrupted.");
