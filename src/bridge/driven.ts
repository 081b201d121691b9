import { randomUUID } from "node:crypto";
import type { RunEvent } from "../domain/events.ts";
import type { Reply } from "../domain/question.ts";
import type { Ability, RunCommand } from "../domain/run.ts";
import type { Run } from "../engine/contract.ts";
import { EngineError } from "../errors.ts";

/** What may be done to a run, each only if it can be. */
export interface Controls {
  steer?(text: string): Promise<void>;
  interrupt?(): void;
  /** False if the question waits no longer. */
  answer?(questionId: string, reply: Reply): Promise<boolean>;
}

type Answerable = Extract<RunCommand, { id: string }>;
type WithoutId<Command> = Command extends unknown ? Omit<Command, "id"> : never;

/** A run with its commands as functions that wait for their receipt. */
export class DrivenRun {
  readonly #run: Run;
  readonly #waiting = new Map<string, (ok: boolean, problem?: string) => void>();
  #can: readonly Ability[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  get controls(): Controls {
    const can = (ability: Ability) => this.#can.includes(ability);
    return {
      ...(can("interrupt") && { interrupt: () => this.#run.send({ type: "interrupt" }) }),
      ...(can("steer") && {
        steer: async (text: string) => {
          if (!(await this.#ask({ type: "steer", text }))) throw new EngineError("The turn is over.");
        },
      }),
      ...(can("answer") && {
        answer: (questionId: string, reply: Reply) => this.#ask({ type: "answer", questionId, reply }),
      }),
    };
  }

  stop(reason: string): void {
    this.#run.send({ type: "stop", reason });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void> {
    try {
      for await (const event of this.#run.events) {
        if (event.type === "ready") this.#can = event.can;
        else if (event.type === "ack") this.#waiting.get(event.id)?.(event.ok, event.problem);
        yield event;
      }
    } finally {
      for (const settle of this.#waiting.values()) settle(false);
    }
  }

  #ask(command: WithoutId<Answerable>): Promise<boolean> {
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
