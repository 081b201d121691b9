import type { z } from "zod";
import type { Completed, ShownEvent } from "../domain/events.ts";
import type { Logger } from "../log.ts";
import { createDecoder, type Decoded, type NativeUnion } from "./decode.ts";
import type { Exit, HeadlessEngine } from "./define.ts";
import { describeExit } from "./exit.ts";
import { LineSplitter } from "./lines.ts";
import type { EngineOptions } from "./options.ts";
import { MAX_KINDS } from "./unknown-kinds.ts";

export interface ReaderRequest<State> {
  readonly state: State;
  /** The session that the engine must report, if the run continues one. */
  readonly session?: string | undefined;
  readonly log: Logger;
}

/**
 * Turns an engine's output into events, without any waiting. There is at most one `started`, and exactly one
 * `completed`, last, whatever the engine's functions throw or forget.
 */
export class EventReader<Options extends EngineOptions, Union extends NativeUnion, State> {
  /** `broken`: the outcome was decided against the engine, which need not be heard any further. */
  status: "open" | "completed" | "broken" = "open";
  readonly #engine: HeadlessEngine<Options, Union, State>;
  readonly #log: Logger;
  readonly #lines: LineSplitter;
  readonly #decode: ReturnType<typeof createDecoder<Union>>;
  readonly #skipped = new Map<string, number>();
  #state: State;
  #expected: string | undefined;
  #session: string | undefined;

  constructor(engine: HeadlessEngine<Options, Union, State>, request: ReaderRequest<State>) {
    this.#engine = engine;
    this.#log = request.log;
    this.#state = request.state;
    this.#expected = request.session;
    this.#lines = new LineSplitter({ skip: engine.skip, maxBytes: engine.maxLineBytes });
    this.#decode = createDecoder(engine.wire, engine.skip);
  }

  /** The engine seems to have said its last word. */
  get isResting(): boolean {
    return this.status === "open" && this.#engine.isResting?.(this.#state) === true;
  }

  /** As the engine named it. */
  get session(): string | undefined {
    return this.#session;
  }

  /** The events that this chunk brings. */
  push(chunk: Uint8Array): ShownEvent[] {
    return this.status === "open" ? this.#read(this.#lines.push(chunk)) : [];
  }

  /** The last events, after all output. */
  end(exit: Exit): ShownEvent[] {
    const events = this.status === "open" ? this.#read(this.#lines.end()) : [];
    this.#report();
    if (this.status === "open") events.push(this.#finish(exit));
    return events;
  }

  /** The outcome if the engine has no outcome of its own. */
  fail(error: string): Completed {
    this.status = "broken";
    return this.#withSession({ type: "completed", engine: this.#engine.id, ok: false, answer: "", error });
  }

  #read(lines: Iterable<string>): ShownEvent[] {
    const events: ShownEvent[] = [];
    for (const line of lines) {
      if (this.status !== "open") break;
      const decoded = this.#decode(line);
      if (decoded.kind === "event") this.#take(decoded.event, events);
      else if (decoded.kind !== "skipped" && line.trim() !== "") this.#skip(decoded);
    }
    return events;
  }

  #take(native: z.infer<Union>, events: ShownEvent[]): void {
    try {
      const [state, news] = this.#engine.translate(this.#state, native);
      this.#state = state;
      for (const event of news) if (this.status === "open") this.#pass(event, events);
    } catch (error) {
      this.#log.error({ err: error }, "engine.translate_failed");
      events.push(this.#finish(undefined, `${this.#engine.label} printed something that takopi failed to read.`));
    }
  }

  #pass(event: ShownEvent, events: ShownEvent[]): void {
    if (event.type === "completed") {
      this.status = "completed";
      events.push(this.#withSession(event));
    } else if (event.type !== "started") {
      events.push(event);
    } else if (this.#session === undefined && isSame(event.resume.value, this.#expected)) {
      this.#session = event.resume.value;
      events.push(event);
    } else if (!isSame(event.resume.value, this.#session ?? this.#expected)) {
      const value = this.#session ?? this.#expected ?? "";
      const error = `${this.#engine.label} went on with session ${event.resume.value} instead of ${value}.`;
      events.push({ ...this.#finish(undefined, error), resume: { engine: this.#engine.id, value } });
    }
  }

  /** The outcome by the engine's own rule; `error` overrules it, and keeps the answer so far. */
  #finish(exit: Exit = NEVER_ENDED, error?: string): Completed {
    this.status = error === undefined ? "completed" : "broken";
    try {
      const outcome = this.#engine.end(this.#state, exit);
      const said = error ?? outcome.error;
      if (outcome.ok && error === undefined) return this.#withSession(outcome);
      return this.#withSession({ ...outcome, ok: false, error: said || describeExit(this.#engine.label, exit) });
    } catch (cause) {
      this.#log.error({ err: cause }, "engine.end_failed");
      return this.fail(error ?? describeExit(this.#engine.label, exit));
    }
  }

  #withSession(outcome: Completed): Completed {
    const value = this.#session ?? this.#expected;
    if (outcome.resume || value === undefined) return outcome;
    return { ...outcome, resume: { engine: this.#engine.id, value } };
  }

  #skip(line: Exclude<Decoded<unknown>, { kind: "event" | "skipped" }>): void {
    const key = "type" in line ? `${line.kind} ${line.type}` : line.kind;
    const count = this.#skipped.get(key) ?? 0;
    if (count === 0 && this.#skipped.size >= MAX_KINDS) return;
    this.#skipped.set(key, count + 1);
    if (count === 0) this.#log.warn(line, "engine.line_skipped");
  }

  #report(): void {
    const { tooLong } = this.#lines;
    if (tooLong > 0) this.#log.warn({ count: tooLong }, "engine.line_too_long");
    if (this.#skipped.size === 0) return;
    this.#log.info({ counts: Object.fromEntries(this.#skipped) }, "engine.lines_skipped");
  }
}

const NEVER_ENDED: Exit = { code: undefined, signal: undefined, stderr: "", stopped: undefined };

/** People may type ids in another case. */
const isSame = (id: string, expected: string | undefined): boolean =>
  expected === undefined || id.toLowerCase() === expected.toLowerCase();
