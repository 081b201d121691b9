import type { RunEvent } from "../domain/events.ts";
import type { RunCommand } from "../domain/run.ts";
import type { Controls, Engine, Run, RunRequest } from "../engine/contract.ts";
import { EngineError } from "../errors.ts";
import type { WorkerRun } from "./port.ts";

/** An engine that takes longer to take a reply is as good as one that refuses it. */
const ANSWER_LIMIT_MS = 5_000;

/** A run by values over an engine that is driven by functions, until engines take values themselves. */
export class EngineRun implements WorkerRun {
  readonly events: AsyncIterable<RunEvent>;
  readonly #request: Omit<RunRequest, "onSpawn">;
  readonly #run: Run;
  readonly #answers = new Set<Promise<void>>();
  #queue: RunEvent[] = [];
  #wake: () => void = () => {};
  #isOver = false;

  constructor(engine: Engine, request: Omit<RunRequest, "onSpawn">) {
    this.#request = request;
    this.#run = engine.open({ ...request, onSpawn: (mark) => this.#push({ type: "process", mark }) });
    const controls = Object.keys(this.#run.controls) as (keyof Controls)[];
    this.#push({ type: "ready", can: controls });
    this.events = this.#iterate();
    void this.#read();
  }

  send(command: RunCommand): void {
    const { controls } = this.#run;
    if (command.type === "stop") void this.#run.stop(command.reason);
    else if (command.type === "interrupt") void (controls.interrupt?.() ?? this.#run.stop("interrupted"));
    else if (command.type === "answer") {
      const answer = controls.answer?.(command.questionId, command.reply);
      const late = new Promise<never>((_, reject) => {
        const error = new EngineError("The engine did not take the reply in time.");
        setTimeout(reject, ANSWER_LIMIT_MS, error).unref();
      });
      const passed = this.#acknowledge(command.id, Promise.race([answer, late])).finally(() =>
        this.#answers.delete(passed),
      );
      this.#answers.add(passed);
    } else
      void this.#acknowledge(
        command.id,
        controls.steer?.(command.text).then(() => true),
      );
  }

  async #acknowledge(id: string, work: Promise<boolean | undefined> | undefined): Promise<void> {
    try {
      const isTaken = await (work ?? Promise.reject(new EngineError("The engine cannot do that.")));
      this.#push({ type: "ack", id, ok: isTaken === true });
    } catch (error) {
      this.#request.log.warn({ err: error }, "command.refused");
      const problem = error instanceof EngineError ? error.message : "The engine could not be reached.";
      this.#push({ type: "ack", id, ok: false, problem });
    }
  }

  async #read(): Promise<void> {
    for await (const event of this.#run) this.#push(event);
    await Promise.all(this.#answers);
    this.#isOver = true;
    this.#wake();
  }

  #push(event: RunEvent): void {
    this.#queue.push(event);
    this.#wake();
  }

  async *#iterate(): AsyncGenerator<RunEvent, void> {
    try {
      for (;;) {
        const batch = this.#queue;
        this.#queue = [];
        yield* batch;
        if (batch.length > 0) continue;
        if (this.#isOver) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      await this.#run.stop("nobody listened any more");
    }
  }
}
