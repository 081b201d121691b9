import { stripVTControlCharacters } from "node:util";
import { BOUNDS } from "../bounds.ts";

/** The end of a stream of text, however much there is of it. */
export class Tail {
  #parts: Buffer[] = [];
  #size = 0;

  push(chunk: Uint8Array): void {
    this.#parts.push(Buffer.from(chunk));
    this.#size += chunk.length;
    if (this.#size < 4 * BOUNDS.engine.stderrBytes) return;
    const end = Buffer.concat(this.#parts).subarray(-2 * BOUNDS.engine.stderrBytes);
    this.#parts = [Buffer.from(end)];
    this.#size = end.length;
  }

  /** Without terminal codes and outer space; begins at a whole line if the text was cut. */
  text(): string {
    const text = stripVTControlCharacters(Buffer.concat(this.#parts).toString("utf8")).trim();
    const bytes = Buffer.from(text);
    if (bytes.length <= BOUNDS.engine.stderrBytes) return text;
    const end = bytes.subarray(-BOUNDS.engine.stderrBytes);
    const newline = end.indexOf("\n");
    return end.toString("utf8", newline === -1 ? 0 : newline + 1).replace(/^\uFFFD+/, "");
  }
}
