import { z } from "zod";
import { createDecoder } from "../../../src/engine/decode.ts";
import type { Image } from "../../../src/engine/images.ts";
import { JsonPeer, type Protocol, type Wire } from "../../../src/engine/json-peer.ts";
import type { Logger } from "../../../src/log.ts";
import { toMessage } from "../message.ts";
import { ClaudeLine } from "../schema.ts";

const suggestion = z.object({
  type: z.string(),
  rules: z.array(z.object({ toolName: z.string(), ruleContent: z.string().optional() })).optional(),
});

/** May it use this tool? Also how it asks questions of its own. */
const ask = z.object({
  subtype: z.literal("can_use_tool"),
  tool_name: z.string(),
  input: z.record(z.string(), z.unknown()).default({}),
  description: z.string().optional(),
  decision_reason: z.string().optional(),
  permission_suggestions: z.array(suggestion).default([]),
  suppress_always_allow_rule: z.boolean().optional(),
});
export type Ask = z.infer<typeof ask>;

const LiveLine = z.discriminatedUnion("type", [
  ...ClaudeLine.options,
  z.object({ type: z.literal("control_request"), request_id: z.string(), request: z.unknown() }),
  z.object({ type: z.literal("control_cancel_request"), request_id: z.string() }),
  z.object({
    type: z.literal("control_response"),
    response: z.object({
      subtype: z.string(),
      request_id: z.string(),
      response: z.unknown().optional(),
      error: z.string().optional(),
    }),
  }),
]);

/** A line of claude that answers no request. */
export type ClaudeSaid =
  | { readonly type: "line"; readonly line: ClaudeLine }
  /** `ask` is undefined for what is not known here: it must be refused. */
  | { readonly type: "ask"; readonly id: string; readonly ask: Ask | undefined }
  | { readonly type: "withdrawn"; readonly id: string };

/** claude's stream-json both ways: messages, and control requests with answers in any order. */
export class ClaudePeer extends JsonPeer<ClaudeSaid> {
  constructor(wire: Wire, log: Logger) {
    super(wire, protocol(), log);
  }

  /** With an id of its own, claude tells what becomes of the message. */
  say(text: string, uuid: string, images: readonly Image[] = []): void {
    this.send({ ...toMessage(text, images), parent_tool_use_id: null, session_id: "", uuid });
  }

  answer(id: string, response: object): void {
    this.send({ type: "control_response", response: { subtype: "success", request_id: id, response } });
  }

  /** Without any answer its turn would wait for ever. */
  refuse(id: string, error: string): void {
    this.send({ type: "control_response", response: { subtype: "error", request_id: id, error } });
  }
}

function protocol(): Protocol<ClaudeSaid> {
  const decode = createDecoder(LiveLine);
  return {
    label: "claude",
    call: (id, subtype, fields) => ({
      type: "control_request",
      request_id: `${id}`,
      request: { subtype, ...fields },
    }),
    read: (text) => {
      const decoded = decode(text);
      if (decoded.kind !== "event") return text.trim() === "" ? undefined : { kind: "skipped", why: decoded };
      const { event } = decoded;
      switch (event.type) {
        case "control_response": {
          const { subtype, request_id, response, error = "claude refused that." } = event.response;
          const id = Number(request_id);
          return subtype === "success"
            ? { kind: "answer", id, result: response }
            : { kind: "refusal", id, message: error };
        }
        case "control_request":
          return { kind: "said", said: { type: "ask", id: event.request_id, ask: ask.safeParse(event.request).data } };
        case "control_cancel_request":
          return { kind: "said", said: { type: "withdrawn", id: event.request_id } };
        default:
          return { kind: "said", said: { type: "line", line: event } };
      }
    },
  };
}
