import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** An MCP server over streamable HTTP that tells its word to those who name its key. */
export interface HttpPing extends AsyncDisposable {
  readonly url: string;
}

export async function startHttpPing(key: string, word: string): Promise<HttpPing> {
  const { fetch: answer } = createMcpHandler(() => {
    const server = new McpServer({ name: "ping", version: "1.0.0" });
    const rules = { description: "Tells a word.", inputSchema: z.object({}), annotations: { readOnlyHint: true } };
    server.registerTool("ping", rules, () => ({ content: [{ type: "text", text: `pong ${word}` }] }));
    return server;
  });
  const server = createServer((incoming, outgoing) => {
    const given =
      incoming.headers["x-ping-key"] === key
        ? toRequest(incoming).then((request) => answer(request))
        : Promise.resolve(new Response(null, { status: 403 }));
    void given.then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      for await (const chunk of response.body ?? []) outgoing.write(chunk);
      outgoing.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const body = method === "POST" ? { body: await buffer(incoming) } : {};
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  return new Request(new URL(url, "http://127.0.0.1"), { method, headers: Object.fromEntries(entries), ...body });
}
