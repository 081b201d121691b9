import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setInterval } from "node:timers/promises";
import { type Attempts, ChatBody, type Reply, reply } from "./script.ts";

/** A scripted model behind OpenAI's streaming chat-completions API; see `script.ts` for what it answers. */
export interface ChatModel extends AsyncDisposable {
  /** Base of the API: `http://127.0.0.1:<port>/v1`. */
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly ChatBody[];
}

/** The requests of turns so far. One without tools is for a title or a summary, and may come late. */
export const turnsOf = ({ requests }: Pick<ChatModel, "requests">): readonly ChatBody[] =>
  requests.filter(({ tools = [] }) => tools.length > 0);

/** What every answered call costs; the cached tokens are a part of the prompt's, reasoning of the completion's. */
export const USAGE_PER_CALL = { prompt: 1000, cached: 400, completion: 20, reasoning: 5 } as const;

const usage = {
  prompt_tokens: USAGE_PER_CALL.prompt,
  completion_tokens: USAGE_PER_CALL.completion,
  total_tokens: USAGE_PER_CALL.prompt + USAGE_PER_CALL.completion,
  prompt_tokens_details: { cached_tokens: USAGE_PER_CALL.cached },
  completion_tokens_details: { reasoning_tokens: USAGE_PER_CALL.reasoning },
};

/** Listens on a free port of 127.0.0.1 until it is disposed of. */
export async function startChatModel(): Promise<ChatModel> {
  const requests: ChatBody[] = [];
  const attempts: Attempts = new Map();
  const server = createServer((request, response) => {
    const serve = async () => {
      if (!request.url?.endsWith("/chat/completions")) return response.writeHead(404).end();
      const body = ChatBody.parse(JSON.parse(await readBody(request)));
      requests.push(body);
      return send(response, reply(body, attempts), requests.length);
    };
    serve().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  // Engines keep connections; the default of 5 s breaks one now and then under a request of a busy machine.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += chunk;
  return body;
}

async function send(response: ServerResponse, answer: Reply, requestNumber: number): Promise<void> {
  if (answer.type === "error") {
    const error = { message: answer.message, type: "invalid_request_error", code: answer.code };
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify({ error }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  switch (answer.type) {
    case "silence":
      return;
    case "drop":
      response.write(toDelta({ role: "assistant", content: "This answer bre" }));
      // A tick later, so that the chunk is on its way before the socket is gone.
      setImmediate(() => response.destroy());
      return;
    case "endless":
      for await (const _ of setInterval(50)) {
        if (response.destroyed) return;
        response.write(toDelta({ content: "word " }));
      }
      return;
    default:
      for (const chunk of toChunks(answer, requestNumber)) response.write(chunk);
      response.end(`${toChunk({ choices: [], usage })}data: [DONE]\n\n`);
  }
}

type Finished = Extract<Reply, { type: "text" | "tools" }>;

function* toChunks(answer: Finished, requestNumber: number): Generator<string> {
  if (answer.type === "tools") {
    if (answer.text) yield toDelta({ role: "assistant", content: answer.text });
    for (const [index, use] of answer.uses.entries()) {
      yield toDelta({ tool_calls: [toToolCall(index, use, requestNumber)] });
    }
    yield toDelta({}, "tool_calls");
    return;
  }
  if (answer.thinking) yield toDelta({ reasoning_content: answer.thinking });
  for (const content of cut(answer.text, answer.chunkLength ?? 12)) yield toDelta({ role: "assistant", content });
  yield toDelta({}, answer.finish ?? "stop");
}

const toDelta = (delta: object, finish: string | null = null): string =>
  toChunk({ choices: [{ index: 0, delta, finish_reason: finish }] });

const toChunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "scripted", ...fields })}\n\n`;

const toToolCall = (index: number, use: { name: string; args: unknown }, requestNumber: number) => ({
  index,
  id: `call_${requestNumber}_${index}`,
  type: "function",
  function: { name: use.name, arguments: JSON.stringify(use.args) },
});

function* cut(text: string, length: number): Generator<string> {
  for (let start = 0; start < text.length; start += length) yield text.slice(start, start + length);
}
