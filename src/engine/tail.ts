import { stripVTControlCharacters } from "node:util";

/** How much of stderr is kept for the error that a person sees. */
export const TAIL_BYTES = 4096;

/** The end of a stream of text, however much there is of it. */
export class Tail {
  #parts: Buffer[] = [];
  #size = 0;

  push(chunk: Uint8Array): void {
    this.#parts.push(Buffer.from(chunk));
    this.#size += chunk.length;
    if (this.#size < 4 * TAIL_BYTES) return;
    const end = Buffer.concat(this.#parts).subarray(-2 * TAIL_BYTES);
    this.#parts = [Buffer.from(end)];
    this.#size = end.length;
  }

  /** At most {@link TAIL_BYTES}, terminal codes and the space around it removed; from a whole line on where it was cut. */
  text(): string {
    const text = stripVTControlCharacters(Buffer.concat(this.#parts).toString("utf8")).trim();
    const bytes = Buffer.from(text);
    if (bytes.length <= TAIL_BYTES) return text;
    const end = bytes.subarray(-TAIL_BYTES);
    const newline = end.indexOf("\n");
    return end.toString("utf8", newline === -1 ? 0 : newline + 1).replace(/^\uFFFD+/, "");
  }
}
