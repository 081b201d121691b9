import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setInterval } from "node:timers/promises";
import { z } from "zod";
import { type Attempts, type ChatBody, type Reply, reply, type ToolUse } from "./script.ts";

/** A scripted model behind Anthropic's streaming Messages API; see `script.ts` for what it answers. */
export interface MessagesModel extends AsyncDisposable {
  /** Without `/v1`: what `ANTHROPIC_BASE_URL` takes. */
  readonly url: string;
  /** The bodies of all requests so far. */
  readonly requests: readonly unknown[];
}

/** The usage of every answered call. */
export const MESSAGES_USAGE = { input: 100, cacheWrite: 20, cacheRead: 30, output: 10 } as const;

const usage = {
  input_tokens: MESSAGES_USAGE.input,
  cache_creation_input_tokens: MESSAGES_USAGE.cacheWrite,
  cache_read_input_tokens: MESSAGES_USAGE.cacheRead,
};

/** Listens on a free port of 127.0.0.1 until it is disposed of. */
export async function startMessagesModel(): Promise<MessagesModel> {
  const requests: unknown[] = [];
  const attempts: Attempts = new Map();
  const server = createServer((request, response) => {
    const serve = async () => {
      const [path] = (request.url ?? "").split("?");
      if (request.method !== "POST" || path !== "/v1/messages") return void response.writeHead(404).end();
      const body = Body.parse(JSON.parse(await readBody(request)));
      requests.push(body);
      await send(response, reply(toChat(body), attempts), `${requests.length}`);
    };
    serve().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const Block = z.looseObject({ type: z.string(), text: z.string().optional(), content: z.unknown().optional() });
type Block = z.infer<typeof Block>;
const Content = z.union([z.string().transform((text): Block[] => [{ type: "text", text }]), z.array(Block)]);
const Body = z.looseObject({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: Content })),
  tools: z.array(z.unknown()).optional(),
});

/** The same request as the other engines' models get it. Texts that claude adds by itself are left out. */
function toChat({ model, messages, tools }: z.infer<typeof Body>): ChatBody {
  const chat = messages.flatMap(({ role, content }) => {
    if (role !== "user") return [];
    // Behind a message that got no answer, claude puts the next one into the same turn; to images it adds a text.
    const said = content.filter(({ type, text = "" }) => type === "text" && !isAdded(text));
    const prompt = said.findLast(({ text = "" }) => text.includes("[[")) ?? said.at(-1);
    return content.flatMap((block) => {
      if (block === prompt) return [{ role: "user", content: block.text ?? "" }];
      return block.type === "tool_result" ? [{ role: "tool", content: textOf(block.content) }] : [];
    });
  });
  return { model, messages: chat, ...(tools && { tools }) };
}

const isAdded = (text: string): boolean => /^\s*(?:<[a-z-]+>|\[Request interrupted|$)/.test(text);

function textOf(content: unknown): string {
  const blocks = Content.safeParse(content).data ?? [];
  return blocks.map(({ text = "" }) => text).join("\n");
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += chunk;
  return body;
}

async function send(response: ServerResponse, answer: Reply, call: string): Promise<void> {
  if (answer.type === "error") {
    const error = { type: "invalid_request_error", message: answer.message };
    response.writeHead(answer.status, { "content-type": "application/json", "x-should-retry": "false" });
    response.end(JSON.stringify({ type: "error", error }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const event = (type: string, fields: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  const message = { id: `msg_${call}`, type: "message", role: "assistant", model: "scripted", content: [] };
  event("message_start", { message: { ...message, stop_reason: null, usage: { ...usage, output_tokens: 1 } } });
  if (answer.type === "silence") return;
  if (answer.type === "drop") {
    text(event, 0, "This answer bre");
    setImmediate(() => response.destroy());
    return;
  }
  if (answer.type === "endless") {
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    for await (const _ of setInterval(50)) {
      if (response.destroyed) return;
      event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "word " } });
    }
    return;
  }
  text(event, 0, answer.text);
  const uses = answer.type === "tools" ? answer.uses : [];
  for (const [index, use] of uses.entries()) tool(event, index + 1, { ...use, id: `toolu_${call}_${index}` });
  const stop = answer.type === "tools" ? "tool_use" : answer.finish === "length" ? "max_tokens" : "end_turn";
  event("message_delta", { delta: { stop_reason: stop }, usage: { ...usage, output_tokens: MESSAGES_USAGE.output } });
  event("message_stop", {});
  response.end();
}

type Emit = (type: string, fields: object) => void;

function text(event: Emit, index: number, words: string): void {
  event("content_block_start", { index, content_block: { type: "text", text: "" } });
  for (let at = 0; at < words.length; at += 400) {
    event("content_block_delta", { index, delta: { type: "text_delta", text: words.slice(at, at + 400) } });
  }
  event("content_block_stop", { index });
}

/** The script's `bash` is claude's `Bash`. */
function tool(event: Emit, index: number, { id, name, args }: ToolUse & { readonly id: string }): void {
  const named = name === "bash" ? "Bash" : name;
  event("content_block_start", { index, content_block: { type: "tool_use", id, name: named, input: {} } });
  event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: JSON.stringify(args) } });
  event("content_block_stop", { index });
}
