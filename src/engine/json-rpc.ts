import { z } from "zod";
import type { Logger } from "../log.ts";
import { parseObject } from "./decode.ts";
import { JsonPeer, type Protocol, type Wire } from "./json-peer.ts";

/** Chosen by whoever asks, and unique on its side of the connection. */
export type RequestId = number | string;

/** A notification, or with an `id` a request that must be answered or refused. `params` are not checked yet. */
export interface RpcMessage {
  readonly id?: RequestId | undefined;
  readonly method: string;
  readonly params?: unknown;
}

/** As JSON-RPC 2.0 has it. */
const METHOD_NOT_FOUND = -32601;

const shape = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** JSON-RPC, one object a line. Codex leaves the `jsonrpc` field out. */
export class RpcPeer extends JsonPeer<RpcMessage> {
  constructor(wire: Wire, label: string, log: Logger) {
    super(wire, protocol(label), log);
  }

  notify(method: string): void {
    this.send({ method });
  }

  answer(id: RequestId, result: object): void {
    this.send({ id, result });
  }

  /** Refuses a request: one without any answer would hold up its turn for ever. */
  refuse(id: RequestId, why: string): void {
    this.send({ id, error: { code: METHOD_NOT_FOUND, message: why } });
  }
}

const protocol = (label: string): Protocol<RpcMessage> => ({
  label,
  call: (id, method, params) => ({ id, method, params }),
  read: (line) => {
    const message = parse(line);
    if (message === undefined) return { kind: "skipped", why: { kind: "malformed" } };
    const { id, method, params, error, result } = message;
    if (method !== undefined) return { kind: "said", said: { id, method, params } };
    if (typeof id !== "number") return undefined;
    return error ? { kind: "refusal", id, message: error.message } : { kind: "answer", id, result };
  },
});

const START = /\{\s*"(?:id|method|jsonrpc|result|error)"\s*:/;

const parse = (line: string): z.infer<typeof shape> | undefined => shape.safeParse(parseObject(line, START)).data;
