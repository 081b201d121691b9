import { McpServer, type ServerContext } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { ControlClient } from "../control/client.ts";
import type { Answered, ToldEvent } from "../control/operation-handler.ts";
import { OperationFailure } from "../control/protocol.ts";
import type { Operation } from "../operations/operation.ts";

export interface McpSetup {
  /** The way to the bridge, at each call; a token binds it to a run. @throws OperationFailure */
  readonly reach: () => { readonly socket: string; readonly token?: string };
  readonly tools: readonly Operation[];
  readonly version: string;
}

/** Offers operations as MCP tools on stdin and stdout, until stdin ends or `signal` aborts. */
export async function serveMcp(setup: McpSetup, stdin: NodeJS.ReadableStream, signal: AbortSignal): Promise<void> {
  const served = serveStdio(() => createServer(setup));
  await new Promise<void>((resolve) => {
    for (const name of ["end", "close"]) stdin.once(name, () => resolve());
    signal.addEventListener("abort", () => resolve());
  });
  await served.close();
}

function createServer(setup: McpSetup): McpServer {
  const server = new McpServer({ name: "takopi", version: setup.version }, { capabilities: { tools: {} } });
  for (const tool of setup.tools) {
    const { name, summary, input, intent, idempotent, guide } = tool;
    const description = guide ?? `${summary[0]?.toUpperCase()}${summary.slice(1)}.`;
    const annotations = {
      ...{ readOnlyHint: intent === "read", destructiveHint: intent === "destroy", idempotentHint: idempotent },
      openWorldHint: false,
    };
    server.registerTool(name, { description, inputSchema: input, annotations }, (values: unknown, context) =>
      callTool({ operation: name, input: values }, context, setup),
    );
  }
  return server;
}

interface ToolCall {
  readonly operation: string;
  readonly input: unknown;
}

/** One connection per call: the bridge may restart in between. */
async function callTool(call: ToolCall, { mcpReq }: ServerContext, { reach, version }: McpSetup) {
  try {
    const { socket, token } = reach();
    const client = await ControlClient.connect(socket, version);
    const { _meta: { progressToken } = {}, signal, notify } = mcpReq;
    let progress = 0;
    const onEvent = (told: unknown) => {
      const { text } = told as ToldEvent;
      if (progressToken === undefined || text === undefined) return;
      const params = { progressToken, progress: ++progress, message: text };
      void notify({ method: "notifications/progress", params }).catch(() => {});
    };
    try {
      const answer = await client.call({ ...call, token, signal, onEvent, surface: "mcp" });
      return toResult(answer as Answered);
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    const { code, message } = error;
    return { isError: true, content: [textOf(message)], structuredContent: { error: { code, message } } };
  }
}

const toResult = ({ output, text }: Answered) => ({
  content: [textOf(text)],
  structuredContent: isObject(output) ? output : { output },
});

const textOf = (text: string) => ({ type: "text" as const, text });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
