import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { itemEvents, type StreamEvent, toItem } from "./responses-events.ts";
import type { Output, Reply } from "./responses-reply.ts";

/** What an engine sent for one answer of the model. */
export interface ModelCall {
  readonly model: string;
  readonly authorization: string | undefined;
  readonly input: readonly unknown[];
  /** What people said, oldest first, each message's text whole. */
  readonly prompts: readonly string[];
}

export interface ResponsesModel {
  /** To be configured as the provider's base URL; ends in `/v1`. */
  readonly url: string;
  readonly calls: readonly ModelCall[];
  close(): Promise<void>;
}

/**
 * A model server on 127.0.0.1 that speaks the streaming Responses API and answers as told. Every call counts
 * the tokens that `tokensPerCall` says, so that sums can be asserted.
 *
 * @param answer Asked once for each model call; give it a list to answer in turn (past its end the call is
 *   refused with a 400).
 */
export async function startResponsesModel(
  answer: readonly Reply[] | ((call: ModelCall) => Reply),
): Promise<ResponsesModel> {
  const calls: ModelCall[] = [];
  const next = typeof answer === "function" ? answer : () => answer[calls.length - 1] ?? exhausted;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      if (request.method === "POST" && request.url === "/v1/responses") {
        const call = toCall(request, body);
        calls.push(call);
        send(response, call, next(call));
      } else {
        refuse(response, 404, { message: "no such route" });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The usage of every call, as the API names it. */
export const tokensPerCall = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 120,
} as const;

const exhausted: Reply = { type: "refusal", status: 400, error: { message: "the script has no reply left" } };

function send(response: ServerResponse, call: ModelCall, reply: Reply): void {
  if (reply.type === "silence") return;
  if (reply.type === "refusal") {
    refuse(response, reply.status, reply.error, reply.headers);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of replyEvents(call, reply)) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  if (reply.type === "cut") setImmediate(() => response.destroy());
  else response.end();
}

function* replyEvents(call: ModelCall, reply: Exclude<Reply, { type: "silence" | "refusal" }>): Generator<StreamEvent> {
  const opening = { id: `resp_${randomUUID().slice(0, 8)}`, object: "response", model: call.model };
  yield { type: "response.created", response: { ...opening, status: "in_progress", output: [] } };
  if (reply.type === "failure") {
    const error = { code: reply.code, message: reply.message };
    yield { type: "response.failed", response: { ...opening, status: "failed", error } };
    return;
  }
  if (reply.type === "cut") {
    const begun: Output = { type: "text", text: reply.text };
    for (const event of itemEvents(begun, toItem(begun), 0)) {
      if (event.type !== "response.output_item.done") yield event;
    }
    return;
  }
  const items = reply.output.map((output) => ({ output, item: toItem(output) }));
  for (const [index, { output, item }] of items.entries()) yield* itemEvents(output, item, index);
  const finished = { ...opening, output: items.map(({ item }) => item), usage: tokensPerCall };
  if (reply.incomplete === undefined) {
    yield { type: "response.completed", response: { ...finished, status: "completed" } };
  } else {
    const why = { incomplete_details: { reason: reply.incomplete } };
    yield { type: "response.incomplete", response: { ...finished, status: "incomplete", ...why } };
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  error: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ error }));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

interface WireMessage {
  readonly type?: string;
  readonly role?: string;
  readonly content?: readonly { readonly text?: string }[];
}

function toCall(request: IncomingMessage, body: string): ModelCall {
  const { model = "", input = [] } = JSON.parse(body) as { model?: string; input?: readonly WireMessage[] };
  return {
    model,
    authorization: request.headers.authorization,
    input,
    prompts: input
      .filter((item) => item.type === "message" && item.role === "user")
      .map((item) => (item.content ?? []).map((part) => part.text ?? "").join("\n")),
  };
}
