import { setTimeout as delay } from "node:timers/promises";
import { BOUNDS } from "../../bounds.ts";
import type { PlacedFile } from "../../domain/files.ts";
import { inlineCode } from "../../domain/inline-code.ts";
import type { RunSpec, SessionOperation } from "../../domain/run.ts";
import { UserError } from "../../errors.ts";
import type { Lookups } from "../lookups.ts";
import {
  type FilePlace,
  type LeftRun,
  MachineAway,
  type NewFile,
  type OperationPlace,
  type OperationResult,
  type ReadableFile,
  type Worker,
  type WorkerRun,
} from "../port.ts";
import { outputOf } from "./answer.ts";
import { NobodyThere } from "./calls.ts";
import { BrokerAway } from "./connection.ts";
import type { Post } from "./post.ts";
import { type RollCall, whyNot } from "./presence.ts";
import { RemoteRun } from "./remote-run.ts";
import { type CallMessage, readAnswer } from "./schema.ts";
import type { CallTool } from "./tool-answers.ts";
import { newName } from "./values.ts";

export interface RemoteOptions {
  readonly machine: string;
  readonly post: Post;
  readonly roll: RollCall;
  /** Without it, runs there get none of takopi's own tools. */
  readonly callTool?: CallTool | undefined;
}

/** The worker of another machine. */
export class RemoteWorker implements Worker {
  readonly #options: RemoteOptions;
  /** Runs of the bridge before this one, by id. */
  readonly #left = new Map<string, LeftRun>();

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  run(spec: RunSpec): WorkerRun {
    const left = this.#left.get(spec.runId);
    this.#left.delete(spec.runId);
    const call = (message: CallMessage) => this.#call(message, BOUNDS.machines.callMs);
    return new RemoteRun({ ...this.#options, spec, left, call });
  }

  async operate(operation: SessionOperation, place: OperationPlace, input?: string): Promise<OperationResult> {
    const message = { call: "operate", operation, place, ...(input !== undefined && { input }) } as const;
    const { operateMs, lookMs } = BOUNDS.machines;
    return (await this.#call(message, LISTS.has(operation) ? lookMs : operateMs)) as OperationResult;
  }

  async look<Name extends keyof Lookups>(name: Name, input: Lookups[Name]["input"]): Promise<Lookups[Name]["output"]> {
    return (await this.#call({ call: "look", name, input }, BOUNDS.machines.lookMs)) as Lookups[Name]["output"];
  }

  async ready(...[, signal, onWait]: Parameters<Worker["ready"]>): Promise<void> {
    const { machine, roll } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      const there = roll.of(machine);
      const reason = whyNot(machine, there) ?? (await this.#whySilent());
      // The first connection takes a moment, of which nobody need hear.
      if (reason === undefined || there.state !== "unknown") onWait(reason && `${upper(reason)}; this waits for it`);
      if (reason === undefined) return;
      await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted());
    }
  }

  isInstalled(engine: string): boolean | undefined {
    const { beat } = this.#options.roll.of(this.#options.machine);
    return beat?.engines.some(({ id }) => id === engine);
  }

  async put(place: FilePlace, { bytes, signal, ...file }: NewFile): Promise<PlacedFile> {
    const { machine } = this.#options;
    const object = newName();
    try {
      await this.#known(signal);
      this.#requireThere("; send the file again when it is back");
      await this.#upload(object, bounded(bytes, file.name, signal));
      return (await this.#call({ call: "put", place, file, object }, BOUNDS.machines.fileMs)) as PlacedFile;
    } finally {
      await this.#options.post.objects.drop(machine, object);
    }
  }

  async read(place: FilePlace, path: string): Promise<ReadableFile> {
    const found = await this.#call({ call: "read", place, path }, BOUNDS.machines.lookMs);
    return { ...(found as Omit<ReadableFile, "bytes">), bytes: () => this.#fetch(place, path) };
  }

  async recover(left: readonly LeftRun[]): Promise<readonly string[]> {
    for (const one of left) this.#left.set(one.runId, one);
    return left.map(({ runId }) => runId);
  }

  /** Its runs and servers are its own affair. */
  async close(): Promise<void> {}

  async *#fetch(place: FilePlace, path: string): AsyncGenerator<Uint8Array, void> {
    const { machine, post } = this.#options;
    const object = (await this.#call({ call: "fetch", place, path }, BOUNDS.machines.fileMs)) as string;
    try {
      yield* bounded(post.objects.get(machine, object), path);
    } finally {
      await post.objects.drop(machine, object);
    }
  }

  /** @throws MachineAway if the broker does not take it; what `bytes` throws. */
  async #upload(object: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const { machine, post } = this.#options;
    let problem: unknown;
    const watched = async function* () {
      try {
        yield* bytes;
      } catch (error) {
        problem = error;
        throw error;
      }
    };
    try {
      await this.#unlessLost(post.objects.put(machine, object, watched()));
    } catch (cause) {
      throw problem ?? new MachineAway(BROKER_AWAY, { cause });
    }
  }

  /** @throws MachineAway as soon as whoever was called is gone, with all that it was asked. */
  async #unlessLost<Value>(call: Promise<Value>): Promise<Value> {
    const { machine, roll } = this.#options;
    const { beat } = roll.of(machine);
    let stopLooking = () => {};
    const lost = new Promise<never>((_, reject) => {
      stopLooking = roll.onChange(() => {
        const now = roll.of(machine);
        const isAnother = beat !== undefined && now.beat?.startedAt !== beat.startedAt;
        const reason = whyNot(machine, now) ?? (isAnother ? `${machine} was started again meanwhile` : undefined);
        if (reason !== undefined) reject(new MachineAway(`${upper(reason)}: try again.`));
      });
    });
    try {
      return await Promise.race([call, lost]);
    } finally {
      stopLooking();
    }
  }

  /** Why nobody answers there, if so, as the part of a sentence. */
  async #whySilent(): Promise<string | undefined> {
    const { machine } = this.#options;
    return this.#ask({ call: "ping" }, BOUNDS.machines.callMs).then(
      () => undefined,
      () => `${machine} does not answer`,
    );
  }

  /** The first connection takes a moment, in which the next start of a bridge takes up files that wait to be put. */
  async #known(signal: AbortSignal): Promise<void> {
    const { machine, roll } = this.#options;
    while (roll.of(machine).state === "unknown") {
      await delay(BOUNDS.machines.retryMs, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted());
    }
  }

  #requireThere(next = ": try again when it is back"): void {
    const { machine, roll } = this.#options;
    const reason = whyNot(machine, roll.of(machine));
    if (reason !== undefined) throw new MachineAway(`${upper(reason)}${next}.`);
  }

  async #call(message: CallMessage, waitMs: number): Promise<unknown> {
    const { machine } = this.#options;
    this.#requireThere();
    const unread = { ok: false, problem: "it answered with something that takopi cannot read: see its log." } as const;
    // What is answered at once is also told at once that nobody answers.
    const answer = waitMs > BOUNDS.machines.callMs ? this.#askUntilThere(message, waitMs) : this.#ask(message, waitMs);
    return outputOf((await answer) ?? unread, `${machine}: `);
  }

  /** A worker that has just lost its broker is back a moment later. */
  async #askUntilThere(message: CallMessage, waitMs: number) {
    const { callMs, retryMs } = BOUNDS.machines;
    for (let patienceMs: number = callMs; ; patienceMs -= retryMs) {
      try {
        return await this.#ask(message, waitMs);
      } catch (error) {
        const isSilent = error instanceof MachineAway && error.cause instanceof NobodyThere;
        if (!isSilent || patienceMs <= 0) throw error;
      }
      await delay(retryMs, undefined, { ref: false });
      this.#requireThere();
    }
  }

  async #ask(message: CallMessage, waitMs: number) {
    const { machine, post } = this.#options;
    try {
      const body = await post.values.pack(machine, message);
      const answer = await this.#unlessLost(post.calls.ask(machine, body, waitMs));
      return readAnswer(await post.values.unpack(machine, answer));
    } catch (cause) {
      if (cause instanceof MachineAway) throw cause;
      if (cause instanceof NobodyThere)
        throw new MachineAway(`Nobody answers on ${machine}: is its worker running?`, { cause });
      if (cause instanceof BrokerAway) throw new MachineAway(BROKER_AWAY, { cause });
      throw new MachineAway(`${machine} did not answer within ${waitMs / 1000} s: try again later.`, { cause });
    }
  }
}

/** A person waits for these. */
const LISTS: ReadonlySet<SessionOperation> = new Set(["sessions", "models", "commands"]);

const BROKER_AWAY = "The broker cannot be reached: try again later.";

const upper = (text: string): string => (text.startsWith("the ") ? `T${text.slice(1)}` : text);

/** @throws UserError past the largest file; `signal.reason` once aborted. */
async function* bounded(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    size += chunk.length;
    if (size > BOUNDS.machines.fileBytes)
      throw new UserError(`${inlineCode(name)} is larger than 50 MiB, the most that travels.`);
    yield chunk;
  }
}
