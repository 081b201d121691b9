import { BOUNDS } from "../../../src/bounds.ts";
import { LineSplitter } from "../../../src/engine/lines.ts";

/**
 * Reads the `data` of server-sent events; their other fields are of no use here. A bare CR ends no line, which the
 * format would allow.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStreamParser {
  readonly #lines = new LineSplitter({ maxBytes: BOUNDS.liveServer.answerBytes });
  #data: string[] = [];
  #size = 0;

  /**
   * The data of the events that this chunk completes. An event that the stream's end cuts off does not count, and one
   * that is too long does not either.
   */
  *push(chunk: Uint8Array): Generator<string, void> {
    for (const line of this.#lines.push(chunk)) {
      if (line.startsWith("data:")) {
        this.#size += line.length;
        if (this.#size > BOUNDS.liveServer.answerBytes) this.#data = [];
        else this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      } else if (line === "") {
        const data = this.#data.join("\n");
        this.#data = [];
        this.#size = 0;
        if (data !== "") yield data;
      }
    }
  }
}
