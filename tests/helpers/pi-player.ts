import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { LiveProcess } from "../../src/engine/live-process.ts";
import type { Ending } from "../../src/engine/process.ts";

const folder = new URL("../../fixtures/pi/live/", import.meta.url);

const Message = z.looseObject({ type: z.string(), id: z.string().optional() });
export type Message = z.infer<typeof Message>;
const Entry = z.object({ dir: z.enum(["in", "out"]), msg: Message });
export type Entry = z.infer<typeof Entry>;

export const captureNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.slice(0, -".jsonl".length));

export const readCapture = (name: string): readonly Entry[] =>
  readFileSync(new URL(`${name}.jsonl`, folder), "utf8")
    .trim()
    .split("\n")
    .map((line) => Entry.parse(JSON.parse(line)));

/**
 * A pi that says what a recorded one said: all that came up to the next command, whenever that command comes. It is
 * killed at the end of the capture, which may be the beginning of one.
 */
export class PiPlayer implements LiveProcess {
  readonly mark = { pid: 2 ** 30, startTime: "" };
  readonly markId = "live-player";
  readonly tap = () => () => {};
  readonly gone: Promise<Ending>;
  /** What was written to it. */
  readonly written: Message[] = [];
  /** Called with the command that the recorded pi was given next, each time that it waits for one. */
  onWait: (next: Message, after: Message | undefined) => void = () => {};
  readonly #entries: Entry[];
  readonly #ids = new Map<string, string>();
  #out: Uint8Array[] = [];
  #wake: () => void = () => {};
  #hasExited = false;
  #exit: (ending: Ending) => void = () => {};

  constructor(entries: readonly Entry[]) {
    this.#entries = [...entries];
    this.gone = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  get stdout(): AsyncIterable<Uint8Array> {
    return this.#chunks();
  }

  write(text: string): Promise<void> {
    for (const line of text.trim().split("\n")) this.#take(Message.parse(JSON.parse(line)));
    return Promise.resolve();
  }

  family(): Promise<readonly number[]> {
    return Promise.resolve([]);
  }

  endInput(): void {}
  hasExited(): boolean {
    return this.#hasExited;
  }

  stop(): Promise<void> {
    return this.kill();
  }

  kill(): Promise<void> {
    this.#hasExited = true;
    this.#wake();
    return Promise.resolve();
  }

  #take(command: Message): void {
    this.written.push(command);
    const next = this.#entries[0]?.msg;
    if (next?.type === command.type) {
      this.#entries.shift();
      if (next.id !== undefined && command.id !== undefined) this.#ids.set(next.id, command.id);
      this.#play();
    } else {
      this.#improvise(command);
    }
  }

  /** Commands that the recorder did not send. */
  #improvise({ id, type }: Message): void {
    const data = { sessionId: "s", isStreaming: false, isCompacting: false, pendingMessageCount: 0 };
    if (type === "get_state") this.#print({ id, type: "response", command: type, success: true, data });
    if (type === "get_session_stats") this.#print({ id, type: "response", command: type, success: false, error: "no" });
  }

  #play(): void {
    while (this.#entries[0]?.dir === "out") {
      const message = this.#entries.shift()?.msg ?? { type: "none" };
      const id = message.type === "response" && message.id !== undefined ? this.#ids.get(message.id) : undefined;
      this.#print(id === undefined ? message : { ...message, id });
    }
    const [next, after] = this.#entries;
    // Once what was printed has been read.
    if (next) setImmediate(() => this.onWait(next.msg, after?.msg));
    else setImmediate(() => void this.kill());
  }

  #print(message: object): void {
    this.#out.push(Buffer.from(`${JSON.stringify(message)}\n`));
    this.#wake();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunks = this.#out;
      this.#out = [];
      if (chunks.length > 0) yield Buffer.concat(chunks);
      else if (this.#hasExited) break;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    this.#exit({ code: undefined, signal: "SIGKILL", stderr: "" });
  }
}
