import type { Session } from "./session.ts";

/** One tool call of a script. */
export interface ToolUse {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Rejects once `signal` is aborted, if it takes long. */
  run(signal?: AbortSignal): Promise<ToolOutput>;
}

/** The actions of a script: it says why, uses one tool, and gets the tool's result. */
export interface ToolUser {
  use(intro: string, tool: ToolUse): Promise<ToolOutput>;
}

export interface ToolOutput {
  readonly text: string;
  /** Present if it failed. */
  readonly exitCode?: number;
}

export interface Outlet {
  /** Writes one line of the stream. */
  write(line: object): void;
  /** The pause between two steps. */
  pause(): Promise<void>;
}

const CHUNK_UNITS = 400;
const PRICE_PER_TOKEN_USD = 0.000_002;

/** Speaks the print-mode JSON lines of pi 1.5, so that the demo takes the same way as a real engine. */
export class Agent implements ToolUser {
  readonly #outlet: Outlet;
  #calls = 0;
  #context = 900;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  begin({ id, timestamp, cwd }: Session, prompt: string): void {
    this.#write({ type: "session", version: 3, id, timestamp, cwd });
    this.#write({ type: "agent_start" });
    this.#write({ type: "turn_start" });
    this.#message({ role: "user", content: text(prompt), timestamp: Date.now() });
  }

  /** Thinks, calls one tool, and gives what it returned. */
  async use(intro: string, tool: ToolUse): Promise<ToolOutput> {
    this.#calls += 1;
    const toolCallId = `call_${this.#calls}`;
    const { name, args } = tool;
    await this.#outlet.pause();
    const content: Content[] = [...text(intro), { type: "toolCall", id: toolCallId, name, arguments: args }];
    const message = this.#assistant(content, "toolUse");
    this.#write({ type: "tool_execution_start", toolCallId, toolName: name, args });
    const output = await tool.run();
    await this.#outlet.pause();
    const isError = output.exitCode !== undefined && output.exitCode !== 0;
    const result = {
      content: text(output.text),
      ...(isError && { structuredContent: { exit_code: output.exitCode } }),
    };
    this.#write({ type: "tool_execution_end", toolCallId, toolName: name, result, isError });
    const toolResult = { role: "toolResult", toolCallId, toolName: name, content: result.content, isError };
    this.#message(toolResult);
    this.#write({ type: "turn_end", message, toolResults: [toolResult] });
    this.#write({ type: "turn_start" });
    return output;
  }

  async answer(markdown: string): Promise<void> {
    await this.#outlet.pause();
    this.#finish(this.#assistant(text(markdown), "stop"));
  }

  /** Ends as pi does when its model fails: the stream is whole, and the last message carries the error. */
  async breakDown(errorMessage: string): Promise<void> {
    await this.#outlet.pause();
    this.#finish(this.#assistant([], "error", { errorMessage }));
  }

  #finish(message: object): void {
    this.#write({ type: "turn_end", message, toolResults: [] });
    this.#write({ type: "agent_end", messages: [], willRetry: false });
    this.#write({ type: "agent_settled", aborted: false });
  }

  #assistant(content: readonly Content[], stopReason: string, more: object = {}): object {
    const usage = this.#usage(content);
    const message = { role: "assistant", provider: "demo", model: "script", usage, timestamp: Date.now(), ...more };
    this.#write({ type: "message_start", message: { ...message, content: [], stopReason: "pending" } });
    for (const [contentIndex, part] of content.entries()) this.#stream(contentIndex, part);
    const finished = { ...message, content, stopReason };
    this.#write({ type: "message_end", message: finished });
    return finished;
  }

  #stream(contentIndex: number, part: Content): void {
    if (part.type !== "text") return;
    const update = (event: object) =>
      this.#write({ type: "message_update", assistantMessageEvent: { contentIndex, ...event } });
    update({ type: "text_start" });
    for (let start = 0; start < part.text.length; start += CHUNK_UNITS) {
      update({ type: "text_delta", delta: part.text.slice(start, start + CHUNK_UNITS) });
    }
    update({ type: "text_end", content: part.text });
  }

  /** Made up, but in proportion: four characters are a token, and what was sent before is read from the cache. */
  #usage(content: readonly Content[]): object {
    const output = Math.ceil(JSON.stringify(content).length / 4);
    const usage = { input: 120, output, cacheRead: this.#context, cacheWrite: 0, reasoning: 0 };
    this.#context += output + usage.input;
    const totalTokens = usage.input + output + usage.cacheRead;
    return { ...usage, totalTokens, cost: { total: totalTokens * PRICE_PER_TOKEN_USD } };
  }

  #message(message: object): void {
    this.#write({ type: "message_start", message });
    this.#write({ type: "message_end", message });
  }

  #write(line: object): void {
    this.#outlet.write(line);
  }
}

type Content =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "toolCall"; readonly id: string; readonly name: string; readonly arguments: object };

function text(value: string): Content[] {
  return value === "" ? [] : [{ type: "text", text: value }];
}
