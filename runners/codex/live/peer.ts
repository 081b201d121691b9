import { z } from "zod";
import { eachLine } from "../../../src/engine/live-process.ts";
import { EngineError } from "../../../src/errors.ts";
import type { Logger } from "../../../src/log.ts";
import type { RequestId } from "./requests.ts";

/** The two ends of the server's stdio. */
export interface Wire {
  /** Ends with the process. */
  readonly stdout: AsyncIterable<Uint8Array>;
  write(text: string): Promise<void>;
}

/** What the server says of its own accord. `params` are not checked yet. */
export interface Listener {
  notified(method: string, params: unknown): void;
  /** To be answered, or refused, by its id. */
  asked(id: RequestId, method: string, params: unknown): void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: EngineError): void;
}

/** JSON-RPC as codex speaks it: one object a line, no `jsonrpc` field, ids chosen by each side. */
export class Peer {
  /** The server's output was read to its end; calls that wait have failed. Never rejects. */
  readonly closed: Promise<void>;
  readonly #wire: Wire;
  readonly #log: Logger;
  readonly #listener: Listener;
  readonly #waiting = new Map<number, Waiting>();
  #isClosed = false;
  #calls = 0;

  constructor(wire: Wire, listener: Listener, log: Logger) {
    this.#wire = wire;
    this.#listener = listener;
    this.#log = log;
    this.closed = this.#read();
  }

  hasClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws EngineError with the server's words where it refuses, answers something else, or ends before it answers. */
  async call<Result>(method: string, params: object, result: z.ZodType<Result>): Promise<Result> {
    const answer = await new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new EngineError(ENDED));
      this.#calls += 1;
      this.#waiting.set(this.#calls, { resolve, reject });
      this.#send({ id: this.#calls, method, params });
    });
    const parsed = result.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new EngineError(`Codex's answer to ${method} is not as expected.`, { cause: parsed.error });
  }

  tell(method: string): void {
    this.#send({ method });
  }

  answer(id: RequestId, result: object): void {
    this.#send({ id, result });
  }

  /** Refuses a request: one without any answer would hold up its turn for ever. */
  refuse(id: RequestId, why: string): void {
    this.#send({ id, error: { code: METHOD_NOT_FOUND, message: why } });
  }

  #send(message: object): void {
    void this.#wire.write(`${JSON.stringify(message)}\n`);
  }

  async #read(): Promise<void> {
    try {
      await eachLine(this.#wire.stdout, (line) => this.#take(line));
    } catch (error) {
      this.#log.error({ err: error }, "engine.read_failed");
    }
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(new EngineError(ENDED));
    this.#waiting.clear();
  }

  #take(line: string): void {
    const message = parseMessage(line);
    if (message === undefined) {
      this.#log.warn({ length: line.length }, "engine.line_skipped");
      return;
    }
    const { id, method, params } = message;
    try {
      if (method === undefined) this.#settle(message);
      else if (id === undefined) this.#listener.notified(method, params);
      else this.#listener.asked(id, method, params);
    } catch (error) {
      this.#log.error({ err: error, method }, "engine.message_failed");
    }
  }

  #settle({ id, result, error }: Message): void {
    const waiting = typeof id === "number" ? this.#waiting.get(id) : undefined;
    if (typeof id === "number") this.#waiting.delete(id);
    if (error) waiting?.reject(new EngineError(error.message));
    else waiting?.resolve(result);
  }
}

const ENDED = "Codex's server has ended.";
/** As JSON-RPC 2.0 has it. */
const METHOD_NOT_FOUND = -32601;

const messageShape = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Message = z.infer<typeof messageShape>;

function parseMessage(line: string): Message | undefined {
  try {
    return messageShape.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
