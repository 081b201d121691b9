// An extension that pi itself loads (`--extension`), by its extension API of 0.74.2 and 1.5.2. It imports little, since
// pi compiles it on its own.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { BOUNDS } from "../../src/bounds.ts";

/** The variable with the command line of the tools' server, as a JSON list, and the prefix for their names. */
export const TOOLS_VARIABLE = "TAKOPI_TOOLS";

interface Content {
  readonly type: "text";
  readonly text: string;
}

interface ToolResult {
  readonly content: readonly Content[];
  readonly isError?: boolean;
}

interface Listed {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
}

interface Tool {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly parameters: object;
  execute(id: string, args: object, signal?: AbortSignal): Promise<{ content: readonly Content[]; details: object }>;
}

interface Pi {
  registerTool(tool: Tool): void;
  on(event: "session_shutdown", handler: () => void): void;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Offers takopi's own tools, which a server has that speaks MCP on its stdio. */
export default async function tools(pi: Pi): Promise<void> {
  const [file = "", ...args] = JSON.parse(process.env[TOOLS_VARIABLE] ?? "[]") as string[];
  const server = new Server(file, args);
  pi.on("session_shutdown", () => server.end());
  const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "pi", version: "1" } };
  const starting = AbortSignal.timeout(BOUNDS.tools.startMs);
  await server.call("initialize", hello, starting);
  server.tell("notifications/initialized", {});
  const { tools: listed } = (await server.call("tools/list", {}, starting)) as { tools: readonly Listed[] };
  for (const { name, description, inputSchema } of listed) {
    pi.registerTool({
      ...{ name: `takopi_${name}`, label: name.replaceAll("_", " "), description, parameters: inputSchema },
      execute: async (_id, given, signal) => {
        const late = AbortSignal.timeout(BOUNDS.tools.callMs);
        const stopped = AbortSignal.any(signal ? [signal, late] : [late]);
        const result = (await server.call("tools/call", { name, arguments: given }, stopped)) as ToolResult;
        if (result.isError) throw new Error(result.content.map(({ text }) => text).join("\n"));
        return { content: result.content, details: {} };
      },
    });
  }
}

/** The server, as a program of its own. */
class Server {
  readonly #child;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #calls = 0;

  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(file, args, { stdio: ["pipe", "pipe", "ignore"] });
    const end = () => {
      for (const settle of this.#waiting.values()) settle({ error: { message: "takopi's tools have ended." } });
    };
    this.#child.on("error", end).on("close", end);
    this.#child.stdin.on("error", () => {});
    createInterface(this.#child.stdout).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  tell(method: string, params: object): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`);
  }

  /** @throws Error with what the server says; if `signal` is aborted first. */
  async call(method: string, params: object, signal: AbortSignal): Promise<unknown> {
    this.#calls += 1;
    const id = this.#calls;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      signal.addEventListener("abort", () => {
        this.tell("notifications/cancelled", { requestId: id });
        resolve({ error: { message: "takopi's tools did not answer, or the turn was stopped." } });
      });
      this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    });
    this.#waiting.delete(id);
    if (answer.error) throw new Error(answer.error.message);
    return answer.result;
  }

  end(): void {
    this.#child.kill();
  }
}
