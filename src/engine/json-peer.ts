import type { z } from "zod";
import { BOUNDS } from "../bounds.ts";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type LineRules, LineSplitter } from "./lines.ts";
import { MissingMethod } from "./missing-method.ts";
import { MAX_KINDS } from "./unknown-kinds.ts";

/** The two ends of an engine's stdio. */
export interface Wire {
  /** Ends with the process. */
  readonly stdout: AsyncIterable<Uint8Array>;
  write(text: string): Promise<void>;
}

/** One line of the engine. */
export type Heard<Said> =
  | { readonly kind: "answer"; readonly id: number; readonly result: unknown }
  | { readonly kind: "refusal"; readonly id: number; readonly message: string }
  /** Said of its own accord: an event, or a request of its own. */
  | { readonly kind: "said"; readonly said: Said }
  /** Logged once for each kind of it. */
  | { readonly kind: "skipped"; readonly why: Readonly<Record<string, string>> };

/** How an engine writes calls and answers: one JSON object a line. */
export interface Protocol<Said> {
  /** The engine's own name, for people. */
  readonly label: string;
  readonly lines?: LineRules;
  call(id: number, method: string, params: object): object;
  read(line: string): Heard<Said> | undefined;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: EngineError): void;
}

/** Talks with a process: calls with ids, answers in any order, and whatever it says between them. */
export class JsonPeer<Said> {
  /** Hears what it says, in order. */
  listener: (said: Said) => void = () => {};
  /** The output was read to its end; calls that wait have failed. Never rejects. */
  readonly closed: Promise<void>;
  readonly #wire: Wire;
  readonly #protocol: Protocol<Said>;
  readonly #log: Logger;
  readonly #waiting = new Map<number, Waiting>();
  readonly #skipped = new Set<string>();
  #isClosed = false;
  #calls = 0;

  constructor(wire: Wire, protocol: Protocol<Said>, log: Logger) {
    this.#wire = wire;
    this.#protocol = protocol;
    this.#log = log;
    this.closed = this.#read();
  }

  hasClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * @param limitMs `Infinity` for what takes as long as a model or a person takes.
   * @throws EngineError with the engine's words if it refuses; if it answers something else, too late, or ends first.
   */
  async call<Result>(
    method: string,
    params: object,
    result: z.ZodType<Result>,
    limitMs = BOUNDS.liveServer.callMs,
  ): Promise<Result> {
    const { label } = this.#protocol;
    const id = this.#nextId();
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(this.#ended());
      this.#waiting.set(id, { resolve, reject });
      if (limitMs === Number.POSITIVE_INFINITY) return;
      const late = new EngineError(`${label} did not answer ${method} within ${limitMs / 1000} s.`);
      timer = setTimeout(() => reject(late), limitMs);
    });
    this.send(this.#protocol.call(id, method, params));
    try {
      const parsed = result.safeParse(await answer);
      if (parsed.success) return parsed.data;
      throw new EngineError(`${label}'s answer to ${method} is not as expected.`, { cause: parsed.error });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Makes a call whose answer does not matter. */
  tell(method: string, params: object = {}): void {
    this.send(this.#protocol.call(this.#nextId(), method, params));
  }

  send(message: object): void {
    void this.#wire.write(`${JSON.stringify(message)}\n`);
  }

  #nextId(): number {
    this.#calls += 1;
    return this.#calls;
  }

  #refused(message: string): EngineError {
    return UNKNOWN_METHOD.test(message) ? new MissingMethod(this.#protocol.label, message) : new EngineError(message);
  }

  #ended(): EngineError {
    return new EngineError(`${this.#protocol.label} has ended.`);
  }

  async #read(): Promise<void> {
    const lines = new LineSplitter(this.#protocol.lines);
    try {
      for await (const chunk of this.#wire.stdout) for (const line of lines.push(chunk)) this.#take(line);
      for (const line of lines.end()) this.#take(line);
    } catch (error) {
      this.#log.error({ err: error }, "engine.read_failed");
    }
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(this.#ended());
  }

  #take(line: string): void {
    try {
      const heard = this.#protocol.read(line);
      if (heard === undefined) return;
      if (heard.kind === "said") this.listener(heard.said);
      else if (heard.kind === "answer") this.#waiting.get(heard.id)?.resolve(heard.result);
      else if (heard.kind === "refusal") this.#waiting.get(heard.id)?.reject(this.#refused(heard.message));
      else this.#skip(heard.why);
    } catch (error) {
      this.#log.error({ err: error }, "engine.message_failed");
    }
  }

  #skip(why: Readonly<Record<string, string>>): void {
    const key = Object.values(why).join(" ");
    if (this.#skipped.has(key) || this.#skipped.size >= MAX_KINDS) return;
    this.#skipped.add(key);
    this.#log.warn(why, "engine.line_skipped");
  }
}

/** The words of codex 0.169, pi 1.5 and claude 2.1, and of JSON-RPC. */
const UNKNOWN_METHOD = /unknown (?:variant|command|method)|method not found|unsupported control request/i;
