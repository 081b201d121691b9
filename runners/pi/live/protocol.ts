import { createDecoder } from "../../../src/engine/decode.ts";
import { JsonPeer, type Protocol, type Wire } from "../../../src/engine/json-peer.ts";
import type { Logger } from "../../../src/log.ts";
import { LIVE_SKIPPED_LINES, LiveLine } from "./schema.ts";
import { readTextDelta } from "./text-delta.ts";

/** A line of pi that answers no command: a piece of text, or another line. */
export type PiSaid = { readonly text: string } | { readonly line: Exclude<LiveLine, { type: "response" }> };

/** pi's RPC mode: commands with ids, their answers in any order, and lines between them. */
export class PiPeer extends JsonPeer<PiSaid> {
  constructor(wire: Wire, log: Logger) {
    super(wire, protocol(), log);
  }

  /** Answers a dialog. pi ignores an answer that comes too late. */
  reply(dialogId: string, answer: object): void {
    this.send({ type: "extension_ui_response", id: dialogId, ...answer });
  }
}

function protocol(): Protocol<PiSaid> {
  const decode = createDecoder(LiveLine, LIVE_SKIPPED_LINES);
  return {
    label: "pi",
    lines: { skip: LIVE_SKIPPED_LINES },
    call: (id, type, fields) => ({ id: `t${id}`, type, ...fields }),
    read: (line) => {
      const text = readTextDelta(line);
      if (text !== undefined) return { kind: "said", said: { text } };
      const decoded = decode(line);
      if (decoded.kind !== "event")
        return line.trim() === "" || decoded.kind === "skipped" ? undefined : { kind: "skipped", why: decoded };
      const { event } = decoded;
      if (event.type !== "response") return { kind: "said", said: { line: event } };
      const id = Number(event.id?.slice(1));
      if (event.success) return { kind: "answer", id, result: event.data };
      return { kind: "refusal", id, message: event.error || "pi refused that." };
    },
  };
}
