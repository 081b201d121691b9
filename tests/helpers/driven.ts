import { randomUUID } from "node:crypto";
import type { RunEvent, ShownEvent } from "../../src/domain/events.ts";
import type { Reply } from "../../src/domain/question.ts";
import type { Ability, ProcessMark, RunCommand } from "../../src/domain/run.ts";
import type { Engine, Run, RunRequest, SessionRequest, WorkSetup } from "../../src/engine/contract.ts";
import { EngineHost } from "../../src/engine/host.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { EngineError } from "../../src/errors.ts";
import type { Logger } from "../../src/log.ts";

/** Shared by the runs of a test file. */
export const host = new EngineHost();

export interface Asked {
  readonly runId?: string;
  readonly prompt: string;
  readonly cwd: string;
  readonly options: EngineOptions;
  readonly env: WorkSetup["env"];
  readonly log: Logger;
  readonly session?: string | undefined;
  readonly trusted?: boolean;
  readonly isCommand?: true;
  readonly host?: EngineHost;
}

export function toRequest({ runId = randomUUID(), prompt, session, isCommand, ...setup }: Asked): RunRequest {
  const asked = { runId, engine: "", prompt, attachments: [], overrides: {}, goalBudget: 5_000 };
  const spec = { ...asked, ...(session !== undefined && { session }), ...(isCommand && { isCommand }) };
  return { trusted: false, host, ...setup, spec };
}

export const toSession = (asked: Omit<Asked, "prompt">, session: string): SessionRequest => ({
  trusted: false,
  host,
  ...asked,
  session,
});

export const openDriven = (engine: Pick<Engine, "open">, asked: Asked): DrivenRun =>
  new DrivenRun(engine.open(toRequest(asked)));

type Answerable = Extract<RunCommand, { id: string }>;
type WithoutId<Command> = Command extends unknown ? Omit<Command, "id"> : never;

/** A run that is read at once, with its commands as functions that wait for what becomes of them. */
export class DrivenRun implements AsyncIterable<ShownEvent> {
  /** Resolves when nothing of the run lives. */
  readonly over: Promise<void>;
  /** All that came so far. */
  readonly events: RunEvent[] = [];
  readonly #run: Run;
  readonly #waiting = new Map<string, (ok: boolean, problem?: string) => void>();
  readonly #marks: ((mark: ProcessMark) => void)[] = [];
  #can: readonly Ability[] = [];
  #isOver = false;
  #wake: () => void = () => {};

  constructor(run: Run) {
    this.#run = run;
    this.over = this.#read();
  }

  /** The first process that was announced. */
  get spawned(): Promise<ProcessMark> {
    const found = this.events.find((event) => event.type === "process");
    return found ? Promise.resolve(found.mark) : new Promise((resolve) => void this.#marks.push(resolve));
  }

  /** Those that the run has told it has. */
  get can(): readonly Ability[] {
    return this.#can;
  }

  readonly controls = {
    steer: async (text: string): Promise<void> => {
      if (!(await this.#ask({ type: "steer", text }))) throw new EngineError("The turn was over.");
    },
    /** False if the question waited no longer. */
    answer: (questionId: string, reply: Reply): Promise<boolean> => this.#ask({ type: "answer", questionId, reply }),
    interrupt: (): Promise<void> => {
      this.#run.send({ type: "interrupt" });
      return this.over;
    },
  };

  stop(reason: string): Promise<void> {
    this.#run.send({ type: "stop", reason });
    return this.over;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ShownEvent, void> {
    try {
      for (let index = 0; ; index += 1) {
        const event = this.events[index];
        if (event && event.type !== "ready" && event.type !== "process" && event.type !== "ack") yield event;
        if (event) continue;
        if (this.#isOver) return;
        index -= 1;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      await this.stop("the test reads no further");
    }
  }

  async #read(): Promise<void> {
    for await (const event of this.#run.events) {
      this.events.push(event);
      if (event.type === "ready") this.#can = event.can;
      if (event.type === "ack") this.#waiting.get(event.id)?.(event.ok, event.problem);
      if (event.type === "process") for (const tell of this.#marks.splice(0)) tell(event.mark);
      this.#wake();
    }
    for (const settle of this.#waiting.values()) settle(false);
    this.#isOver = true;
    this.#wake();
  }

  #ask(command: WithoutId<Answerable>): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    const id = randomUUID();
    const receipt = new Promise<boolean>((resolve, reject) => {
      this.#waiting.set(id, (ok, problem) => {
        this.#waiting.delete(id);
        if (problem === undefined) resolve(ok);
        else reject(new EngineError(problem));
      });
    });
    this.#run.send({ ...command, id } as Answerable);
    return receipt;
  }
}
