import { parseJson } from "../../../src/engine/json.ts";
import type { Logger } from "../../../src/log.ts";
import { Envelope, LiveEvent, LivePart } from "./schema.ts";

const known: ReadonlySet<string> = new Set(LiveEvent.options.map(({ shape }) => shape.type.value));
const knownParts: ReadonlySet<string> = new Set(LivePart.options.map(({ shape }) => shape.type.value));

/** One event of the stream of all projects; undefined if it is of no use, or not understood, which is logged. */
export function decodeEvent(data: string, log: Logger): LiveEvent | undefined {
  const payload = Envelope.safeParse(parseJson(data)).data?.payload;
  if (payload === undefined || !known.has(payload.type)) return undefined;
  const part = payload.properties?.part?.type;
  if (part !== undefined && !knownParts.has(part)) return undefined;
  const event = LiveEvent.safeParse(payload);
  if (!event.success) log.warn({ type: payload.type, issue: event.error.issues[0] }, "server.event_not_understood");
  return event.data;
}
