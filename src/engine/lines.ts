import { BOUNDS } from "../bounds.ts";

export interface LineRules {
  /** Lines that begin with one of these are dropped unread. */
  readonly skip?: readonly string[] | undefined;
  /** The limit of a line without its newline, by default that of `BOUNDS` for engines; longer lines are skipped. */
  readonly maxBytes?: number | undefined;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts a byte stream into lines, at LF only: JSON strings may hold U+2028, which other line readers split on. A CR
 * before the LF goes with it. Holds at most one line, and of a line that is dropped or too long nothing.
 */
export class LineSplitter {
  /** Lines longer than the limit so far. */
  tooLong = 0;
  readonly #skip: readonly Buffer[];
  readonly #decidingBytes: number;
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;
  /** The state of the line that is not complete yet. */
  #fate: "open" | "keep" | "drop" = "open";

  constructor(rules: LineRules = {}) {
    this.#skip = (rules.skip ?? []).map((prefix) => Buffer.from(prefix));
    this.#decidingBytes = Math.max(0, ...this.#skip.map((prefix) => prefix.length));
    this.#maxBytes = rules.maxBytes ?? BOUNDS.engine.lineBytes;
  }

  /** The lines that this chunk completes; to be read to the end before the next call. */
  *push(chunk: Uint8Array): Generator<string, void> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let newline = bytes.indexOf(LF); newline !== -1; newline = bytes.indexOf(LF, start)) {
      const line = this.#complete(bytes, start, newline);
      if (line !== undefined) yield line;
      start = newline + 1;
    }
    if (start < bytes.length) this.#hold(bytes.subarray(start));
  }

  /** The last line, if the stream did not end with a newline. */
  *end(): Generator<string, void> {
    const line = this.#size > 0 ? this.#take() : undefined;
    if (line !== undefined) yield line;
  }

  #complete(bytes: Buffer, start: number, end: number): string | undefined {
    if (this.#size > 0) {
      this.#hold(bytes.subarray(start, end));
      return this.#take();
    }
    if (this.#isTooLong(end - start) || this.#isSkipped(bytes, start, end)) return undefined;
    return decodeLine(bytes, start, end);
  }

  #hold(part: Buffer): void {
    this.#size += part.length;
    if (this.#fate === "drop") return;
    this.#parts.push(part);
    if (this.#isHeadSkipped() || this.#isTooLong(this.#size)) {
      this.#fate = "drop";
      this.#parts = [];
    }
  }

  /** Joins parts only while they are fewer bytes than the longest prefix. */
  #isHeadSkipped(): boolean {
    if (this.#fate === "keep") return false;
    const head = Buffer.concat(this.#parts);
    if (head.length >= this.#decidingBytes) this.#fate = "keep";
    return this.#isSkipped(head, 0, head.length);
  }

  #take(): string | undefined {
    const bytes = this.#fate === "drop" ? undefined : Buffer.concat(this.#parts, this.#size);
    this.#parts = [];
    this.#size = 0;
    this.#fate = "open";
    return bytes && decodeLine(bytes, 0, bytes.length);
  }

  #isSkipped(bytes: Buffer, start: number, end: number): boolean {
    return this.#skip.some(
      (prefix) =>
        start + prefix.length <= end && bytes.compare(prefix, 0, prefix.length, start, start + prefix.length) === 0,
    );
  }

  #isTooLong(size: number): boolean {
    if (size <= this.#maxBytes) return false;
    this.tooLong += 1;
    return true;
  }
}

function decodeLine(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("utf8", start, end > start && bytes[end - 1] === CR ? end - 1 : end);
}
