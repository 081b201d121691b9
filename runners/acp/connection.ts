import type {
  AnyMessage,
  ClientContext,
  CreateElicitationRequest,
  CreateElicitationResponse,
  RequestPermissionRequest,
  RequestPermissionResponse,
  SessionUpdate,
} from "@agentclientprotocol/sdk/unstable";
import { parseObject } from "../../src/engine/decode.ts";
import { endsWithin } from "../../src/engine/ends-within.ts";
import type { Wire } from "../../src/engine/json-peer.ts";
import { LineSplitter } from "../../src/engine/lines.ts";
import { unknownKinds } from "../../src/engine/unknown-kinds.ts";
import { later } from "../../src/later.ts";
import type { Logger } from "../../src/log.ts";
import { unknownUpdate } from "./updates.ts";

interface AgentWire extends Wire {
  /** Resolves with the process. */
  readonly gone: Promise<unknown>;
}

/** How long a process may live on without its output. */
const CLOSING_MS = 2_000;

/** The listener: the turn under way, or none. */
export interface Listener {
  update(update: SessionUpdate): void;
  permit(request: RequestPermissionRequest): Promise<RequestPermissionResponse>;
  elicit(request: CreateElicitationRequest): Promise<CreateElicitationResponse>;
}

export interface Connection {
  readonly agent: ClientContext;
  listener: Listener;
}

/** It takes some 400 ms. */
const loadProtocol = later(() => import("@agentclientprotocol/sdk/unstable"));

/**
 * Speaks the protocol over a process's stdio. Requests that are not offered, such as those for files and terminals, are
 * refused: agents make them anyway, and would wait for an answer for ever (opencode 1.18.33).
 */
export async function connect(wire: AgentWire, listener: Listener, log: Logger): Promise<Connection> {
  const { client } = await loadProtocol();
  const heard: { listener: Listener } = { listener };
  const { agent } = client({ name: "takopi" })
    .onNotification("session/update", ({ params }) => heard.listener.update(params.update))
    .onRequest("session/request_permission", ({ params }) => heard.listener.permit(params))
    .onRequest("elicitation/create", ({ params }) => heard.listener.elicit(params))
    .connect({ readable: messagesOf(wire, log), writable: writerTo(wire) });
  return Object.assign(heard, { agent });
}

/** Other lines are skipped: agents print notices too. */
function messagesOf(wire: AgentWire, log: Logger): ReadableStream<AnyMessage> {
  const tellUnknown = unknownKinds(log);
  const read = (line: string): AnyMessage | undefined => {
    const message = parseObject(line, /\{\s*"jsonrpc"\s*:/);
    const unknown = unknownUpdate(message);
    if (unknown !== undefined) tellUnknown(unknown);
    else if (typeof message === "object" && message !== null) return message as AnyMessage;
    else if (line.trim() !== "") log.debug({ length: line.length }, "engine.line_skipped");
    return undefined;
  };
  async function* messages(): AsyncGenerator<AnyMessage> {
    const lines = new LineSplitter();
    for await (const chunk of wire.stdout) {
      for (const line of lines.push(chunk)) {
        const message = read(line);
        if (message) yield message;
      }
    }
    // How it ended says more than that its output did.
    await endsWithin(wire.gone, CLOSING_MS);
  }
  const source = messages();
  return new ReadableStream<AnyMessage>({
    pull: async (controller) => {
      const { value, done } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

const writerTo = (wire: Wire): WritableStream<AnyMessage> =>
  new WritableStream({ write: (message) => wire.write(`${JSON.stringify(message)}\n`) });
