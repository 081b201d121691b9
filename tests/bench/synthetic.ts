/** A made-up stream of an engine: what it begins with, then steps for as long as one likes, then its end. */
export interface SyntheticStream {
  readonly head: readonly object[];
  step(index: number): readonly object[];
  readonly tail: readonly object[];
}

/** What a tool prints: lines with quotes and other characters that JSON writes in two. */
const OUTPUT = 'src/engine/run.ts:42:\tconst text = "a \\"quoted\\" word";\n'.repeat(70);
const ANSWER = "The answer has **words**, `code` and a list:\n- one\n- two\n".repeat(60);

const assistant = (text: string, stopReason: string) => ({
  role: "assistant",
  content: [{ type: "text", text }],
  stopReason,
  usage: { input: 600, output: 20, cacheRead: 400, cacheWrite: 0, cost: { total: 0.002 } },
});

/** Old pi, which writes the whole answer so far twice into each `message_update`. */
const pi: SyntheticStream = {
  head: [{ type: "session", id: "4f1d3c9e-0000-4000-8000-000000000001", cwd: "/repo" }, { type: "agent_start" }],
  step: (index) => {
    const id = `call_${index}`;
    const partial = assistant(ANSWER, "stop");
    const assistantMessageEvent = { type: "text_delta", contentIndex: 0, delta: "Hello ", partial };
    const update = { type: "message_update", assistantMessageEvent, message: partial };
    const result = { content: [{ type: "text", text: OUTPUT }] };
    return [
      ...Array.from({ length: 20 }, () => update),
      { type: "message_end", message: assistant(ANSWER, "toolUse") },
      { type: "tool_execution_start", toolCallId: id, toolName: "bash", args: { command: "grep -rn quoted ." } },
      { type: "tool_execution_end", toolCallId: id, toolName: "bash", result, isError: false },
    ];
  },
  tail: [{ type: "message_end", message: assistant("Done.", "stop") }, { type: "agent_end" }],
};

const command = (index: number, done: boolean) => ({
  type: done ? "item.completed" : "item.started",
  item: {
    ...{ id: `item_${index}`, type: "command_execution", command: "/bin/bash -lc 'grep -rn quoted .'" },
    ...{
      aggregated_output: done ? OUTPUT : "",
      exit_code: done ? 0 : null,
      status: done ? "completed" : "in_progress",
    },
  },
});

const codex: SyntheticStream = {
  head: [{ type: "thread.started", thread_id: "01a1fd6b-15df-7993-ab16-27b58adbb3d7" }, { type: "turn.started" }],
  step: (index) => [
    command(index, false),
    command(index, true),
    { type: "item.completed", item: { id: `item_${index}_note`, type: "agent_message", text: ANSWER } },
  ],
  tail: [{ type: "turn.completed", usage: { input_tokens: 200, cached_input_tokens: 80, output_tokens: 40 } }],
};

const sessionID = "ses_e055b1d6bffeBM1Z5ip06xjEwT";

const opencode: SyntheticStream = {
  head: [],
  step: (index) => {
    const input = { command: "grep -rn quoted .", description: "Look for quotes" };
    const metadata = { output: OUTPUT, exit: 0, truncated: false };
    const state = { status: "completed", input, output: OUTPUT, metadata, title: "grep -rn quoted ." };
    const tokens = { input: 100, output: 10, reasoning: 0, cache: { read: 50, write: 0 } };
    return [
      { type: "step_start", timestamp: index, sessionID, part: { id: `prt_${index}a`, type: "step-start" } },
      {
        ...{ type: "tool_use", timestamp: index, sessionID },
        part: { id: `prt_${index}b`, type: "tool", tool: "bash", callID: `call_${index}`, state },
      },
      {
        ...{ type: "step_finish", timestamp: index, sessionID },
        part: { id: `prt_${index}c`, type: "step-finish", reason: "tool-calls", tokens, cost: 0.001 },
      },
    ];
  },
  tail: [
    { type: "text", timestamp: 1, sessionID, part: { id: "prt_1", type: "text", text: "Done." } },
    { type: "step_finish", timestamp: 1, sessionID, part: { id: "prt_2", reason: "stop", cost: 0 } },
  ],
};

/** By engine id. */
export const syntheticStreams: Readonly<Record<string, SyntheticStream>> = { pi, codex, opencode };

/** The stream in blocks of whole lines, `bytes` long or a little longer. */
export function* writeStream(stream: SyntheticStream, bytes: number): Generator<string> {
  const toText = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  yield toText(stream.head);
  let written = 0;
  for (let index = 0; written < bytes; index += 1) {
    const block = toText(stream.step(index));
    written += block.length;
    yield block;
  }
  yield toText(stream.tail);
}
