import { LineSplitter } from "../../../src/engine/lines.ts";

/**
 * Reads the `data` of server-sent events; their other fields are of no use here. A bare CR ends no line, which the
 * format would allow.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStreamParser {
  readonly #lines = new LineSplitter();
  #data: string[] = [];

  /** The data of the events that this chunk completes. An event that the stream's end cuts off does not count. */
  *push(chunk: Uint8Array): Generator<string, void> {
    for (const line of this.#lines.push(chunk)) {
      if (line.startsWith("data:")) {
        this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      } else if (line === "" && this.#data.length > 0) {
        const data = this.#data.join("\n");
        this.#data = [];
        yield data;
      }
    }
  }
}
