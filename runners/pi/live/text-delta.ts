import { parseJson } from "../../../src/engine/json.ts";
import { MessageUpdate } from "./schema.ts";

const UPDATE = '{"type":"message_update",';

/** Old pi's line up to the delta; a copy of the whole message follows, and another. */
const OLD_DELTA =
  /^\{"type":"message_update","assistantMessageEvent":\{"type":"text_delta","contentIndex":\d+,"delta":/;

/**
 * The piece of text that a `message_update` line brings: "" if it brings none, undefined if the line is another.
 * Only the piece of an old pi's line is parsed, since the rest grows with the answer.
 */
export function readTextDelta(line: string): string | undefined {
  if (!line.startsWith(UPDATE)) return undefined;
  const head = OLD_DELTA.exec(line)?.[0];
  const value = parseJson(head === undefined ? line : line.slice(head.length, endOfString(line, head.length)));
  if (typeof value === "string") return value;
  const update = MessageUpdate.safeParse(value).data?.assistantMessageEvent;
  return update?.type === "text_delta" ? (update.delta ?? "") : "";
}

/** The index after the JSON string that begins at `start`. */
function endOfString(line: string, start: number): number {
  for (let index = start + 1; index < line.length; index += 1) {
    const unit = line[index];
    if (unit === "\\") index += 1;
    else if (unit === '"') return index + 1;
  }
  return line.length;
}
