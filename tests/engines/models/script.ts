import { createHash } from "node:crypto";
import { z } from "zod";

/** What the scripted model reads of a chat-completions request. */
export const ChatBody = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
  tools: z.array(z.unknown()).optional(),
});
export type ChatBody = z.infer<typeof ChatBody>;

export interface ToolUse {
  readonly name: string;
  readonly args: object;
}

/** One scripted answer of the model. */
export type Reply =
  | { type: "text"; text: string; thinking?: string; finish?: "stop" | "length"; chunkLength?: number }
  | { type: "tools"; text: string; uses: readonly ToolUse[] }
  | { type: "error"; status: number; message: string; code: string }
  /** Words that never end, one each 50 ms. */
  | { type: "endless" }
  /** Headers, then nothing. */
  | { type: "silence" }
  /** The socket closes in the middle of the answer. */
  | { type: "drop" };

/** What is counted per marker, so that a scenario can fail first and then work. */
export type Attempts = Map<string, number>;

/**
 * The reply to a request, chosen by the marker `[[name argument]]` in its newest user message. Without a marker it is
 * a plain sentence. Requests without tools are the engine's own (titles, summaries) and get a few plain words.
 */
export function reply(body: ChatBody, attempts: Attempts): Reply {
  if ((body.tools ?? []).length === 0) return { type: "text", text: "A few plain words" };
  const { prompt, results } = newestTurn(body);
  const marker = /\[\[(\w+) ?(.*?)\]\]/s.exec(prompt);
  const name = marker?.[1] ?? "plain";
  const scenario = scenarios.get(name);
  if (scenario === undefined) return { type: "error", status: 400, message: `no scenario ${name}`, code: "script" };
  const attempt = (attempts.get(prompt) ?? 0) + 1;
  attempts.set(prompt, attempt);
  return scenario({ argument: marker?.[2] ?? "", prompt, results, attempt });
}

/** The newest user message and the tool results that follow it. */
export function newestTurn(body: ChatBody): { prompt: string; results: readonly string[] } {
  const index = body.messages.findLastIndex((message) => message.role === "user");
  const later = body.messages.slice(index + 1).filter((message) => message.role === "tool");
  return { prompt: textOf(body.messages[index]?.content), results: later.map((message) => textOf(message.content)) };
}

interface Turn {
  readonly argument: string;
  readonly prompt: string;
  readonly results: readonly string[];
  /** Requests with this same prompt so far, this one included. */
  readonly attempt: number;
}

const text = (words: string): Reply => ({ type: "text", text: words });

/** Calls tools at once, and answers when their results are there. */
const withTools = (uses: readonly ToolUse[], { results }: Turn): Reply =>
  results.length === 0
    ? { type: "tools", text: "Working on it.", uses }
    : text(`Results: ${results.map((result) => result.trim()).join(" | ")}`);

const shell = (command: string): ToolUse => ({ name: "bash", args: { command, description: "run a command" } });

const failure = (status: number): Reply => ({
  type: "error",
  status,
  message: `scripted failure ${status}`,
  code: `scripted_${status}`,
});

const scenarios = new Map<string, (turn: Turn) => Reply>([
  ["plain", () => text("All done.")],
  ["say", ({ argument }) => text(argument)],
  ["empty", () => text("")],
  ["think", () => ({ type: "text", text: "The answer is 42.", thinking: "Six times seven." })],
  /** `[[shell echo hi]]`; several commands in one message: `[[shell echo a ;; echo b]]`. */
  ["shell", (turn) => withTools(turn.argument.split(" ;; ").map(shell), turn)],
  /** `[[tool read {"path":"a.txt"}]]` */
  ["tool", (turn) => withTools([toToolUse(turn.argument)], turn)],
  /** `[[long 60000]]`: that many characters in paragraphs of 80. */
  ["long", ({ argument }) => ({ type: "text", text: longText(Number(argument)), chunkLength: 400 })],
  /** Answers with what arrived: `{"length":…,"sha256":"…"}` of the newest user message. */
  ["echo", ({ prompt }) => text(JSON.stringify(fingerprint(prompt)))],
  ["length", () => ({ type: "text", text: "This answer was cut", finish: "length" })],
  /** `[[fail 400]]`: every time. */
  ["fail", ({ argument }) => failure(Number(argument))],
  /** `[[flaky 500 2]]`: this prompt's first two requests fail. */
  ["flaky", flaky],
  ["overflow", ({ attempt }) => (attempt === 1 ? overflow : text("Fits now."))],
  ["drop", () => ({ type: "drop" })],
  ["endless", () => ({ type: "endless" })],
  ["silence", () => ({ type: "silence" })],
]);

function flaky({ argument, attempt }: Turn): Reply {
  const [status = 500, times = 1] = argument.split(" ").map(Number);
  return attempt <= times ? failure(status) : text("Recovered.");
}

const overflow: Reply = {
  type: "error",
  status: 400,
  message: "This model's maximum context length is 32000 tokens. Please reduce the length of the messages.",
  code: "context_length_exceeded",
};

/** A tool's name and its arguments as JSON behind it; `«…»` in them is a marker for a sub-agent. */
export function toToolUse(argument: string): ToolUse {
  const [name = "", ...args] = argument.split(" ");
  return { name, args: JSON.parse(args.join(" ").replaceAll("«", "[[").replaceAll("»", "]]")) };
}

/** What the `echo` scenario says of a prompt. */
export const fingerprint = (prompt: string): { length: number; sha256: string } => ({
  length: prompt.length,
  sha256: createHash("sha256").update(prompt).digest("hex"),
});

/** What the `long` scenario answers; ends with `END`. */
export function longText(length: number): string {
  const lines: string[] = [];
  for (let line = 1; lines.length * 80 < length; line += 1) lines.push(`${`Line ${line}. `.padEnd(78, "word ")}\n\n`);
  return `${lines.join("").slice(0, length - 3)}END`;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = z.array(z.object({ text: z.string().default("") })).safeParse(content);
  return parts.success ? parts.data.map((part) => part.text).join("\n") : "";
}
