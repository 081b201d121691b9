import { parseJson } from "../../../src/engine/json.ts";
import { unknownKinds } from "../../../src/engine/unknown-kinds.ts";
import type { Logger } from "../../../src/log.ts";
import { OPENCODE_EVENTS, OPENCODE_PARTS } from "./contract.ts";
import { Envelope, LiveEvent, LivePart } from "./schema.ts";

const used: ReadonlySet<string> = new Set(LiveEvent.options.map(({ shape }) => shape.type.value));
const usedParts: ReadonlySet<string> = new Set(LivePart.options.map(({ shape }) => shape.type.value));

/** Reads the events of all projects; gives undefined for one that is of no use, or not understood, which is logged. */
export function eventDecoder(log: Logger): (data: string) => LiveEvent | undefined {
  const tellUnknown = unknownKinds(log);
  return (data) => {
    const payload = Envelope.safeParse(parseJson(data)).data?.payload;
    if (payload === undefined) return undefined;
    const { type, properties } = payload;
    if (!OPENCODE_EVENTS.has(type)) tellUnknown(type);
    const part = properties?.part?.type;
    if (part !== undefined && !OPENCODE_PARTS.has(part)) tellUnknown(`part ${part}`);
    if (!used.has(type) || (part !== undefined && !usedParts.has(part))) return undefined;
    const event = LiveEvent.safeParse(payload);
    if (!event.success) log.warn({ type, issue: event.error.issues[0] }, "server.event_not_understood");
    return event.data;
  };
}
