import type { z } from "zod";
import { createDecoder, type Decoded } from "../../../src/engine/decode.ts";
import { LineSplitter } from "../../../src/engine/lines.ts";
import { EngineError } from "../../../src/errors.ts";
import type { Logger } from "../../../src/log.ts";
import { LIVE_SKIPPED_LINES, LiveLine } from "./schema.ts";
import { readTextDelta } from "./text-delta.ts";

/** The two ends of pi's RPC mode. */
export interface Wire {
  /** Ends with the process. */
  readonly stdout: AsyncIterable<Uint8Array>;
  write(text: string): unknown;
}

/** What pi says that is no answer to a command, in order. */
export interface Listener {
  text(delta: string): void;
  line(line: LiveLine): void;
}

type Response = Extract<LiveLine, { type: "response" }>;

/** Speaks pi's RPC mode: commands with ids, their answers in any order, and lines between them. */
export class Peer {
  /** Lines without one are dropped. */
  listener: Listener | undefined;
  /** pi's output was read to its end; commands that wait have failed. Never rejects. */
  readonly closed: Promise<void>;
  readonly #wire: Wire;
  readonly #log: Logger;
  readonly #lines = new LineSplitter({ skip: LIVE_SKIPPED_LINES });
  readonly #decode = createDecoder(LiveLine);
  readonly #waiting = new Map<string, (response: Response) => void>();
  readonly #unknown = new Set<string>();
  #hasEnded = false;
  #commands = 0;

  constructor(wire: Wire, log: Logger) {
    this.#wire = wire;
    this.#log = log;
    this.closed = this.#read();
  }

  hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * @throws EngineError with pi's words where it refuses, and where it ends before it answers.
   */
  async ask<Data>(type: string, data: z.ZodType<Data>, fields: object = {}): Promise<Data> {
    const response = await new Promise<Response>((resolve) => {
      if (this.#hasEnded) return resolve(GONE);
      this.#waiting.set(this.tell(type, fields), resolve);
    });
    if (!response.success) throw new EngineError(response.error || `pi refused to ${type}.`);
    const parsed = data.safeParse(response.data);
    if (parsed.success) return parsed.data;
    throw new EngineError(`pi's answer to ${type} is not as expected.`, { cause: parsed.error });
  }

  /** Sends a command whose answer does not matter; gives its id. */
  tell(type: string, fields: object = {}): string {
    this.#commands += 1;
    const id = `t${this.#commands}`;
    this.#wire.write(`${JSON.stringify({ id, type, ...fields })}\n`);
    return id;
  }

  /** Answers a dialog. pi ignores an answer that comes too late. */
  reply(dialogId: string, answer: object): void {
    this.#wire.write(`${JSON.stringify({ type: "extension_ui_response", id: dialogId, ...answer })}\n`);
  }

  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#wire.stdout) {
        for (const line of this.#lines.push(chunk)) this.#take(line);
      }
    } catch (error) {
      this.#log.error({ err: error }, "engine.read_failed");
    }
    this.#hasEnded = true;
    for (const resolve of this.#waiting.values()) resolve(GONE);
    this.#waiting.clear();
  }

  #take(line: string): void {
    const delta = readTextDelta(line);
    if (delta !== undefined) this.listener?.text(delta);
    else this.#pass(line, this.#decode(line));
  }

  #pass(line: string, decoded: Decoded<LiveLine>): void {
    if (decoded.kind !== "event") {
      if (line.trim() !== "") this.#skip(decoded);
    } else if (decoded.event.type === "response") {
      this.#settle(decoded.event);
    } else {
      this.listener?.line(decoded.event);
    }
  }

  #settle(response: Response): void {
    const id = response.id ?? "";
    this.#waiting.get(id)?.(response);
    this.#waiting.delete(id);
  }

  #skip(line: { readonly kind: string; readonly type?: string }): void {
    const key = `${line.kind} ${line.type ?? ""}`;
    if (this.#unknown.has(key) || this.#unknown.size >= MAX_KINDS) return;
    this.#unknown.add(key);
    this.#log.warn(line, "engine.line_skipped");
  }
}

/** Kinds of unknown lines that are told apart in the log. */
const MAX_KINDS = 50;

const GONE: Response = { type: "response", success: false, error: "pi has ended." };
