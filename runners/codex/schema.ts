// Lines of `codex exec --json`, as codex 0.169.0 prints them; upstream: openai/codex, codex-rs/exec/src/exec_events.rs.
// Fields that some version leaves out are optional: a missing one must not cost the whole line.
import { z } from "zod";

/** Tokens of a whole thread, over all of its runs; cached and cache-written ones are a part of `input_tokens`. */
export const threadTokens = z.object({
  input_tokens: z.number(),
  cached_input_tokens: z.number().default(0),
  cache_write_input_tokens: z.number().default(0),
  output_tokens: z.number(),
  reasoning_output_tokens: z.number().default(0),
});
export type ThreadTokens = z.infer<typeof threadTokens>;

const item = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ id: z.string(), type: z.literal(type), ...shape });

const codexItem = z.discriminatedUnion("type", [
  item("agent_message", { text: z.string(), phase: z.string().nullish() }),
  item("reasoning", { text: z.string() }),
  item("command_execution", {
    command: z.string(),
    aggregated_output: z.string().nullish(),
    exit_code: z.number().nullish(),
    status: z.string().optional(),
  }),
  item("file_change", {
    changes: z.array(z.object({ path: z.string(), kind: z.string() })).default([]),
    status: z.string().optional(),
  }),
  item("mcp_tool_call", {
    server: z.string(),
    tool: z.string(),
    result: z.object({ content: z.array(z.object({ text: z.string().optional() })).default([]) }).nullish(),
    error: z.object({ message: z.string() }).nullish(),
    status: z.string().optional(),
  }),
  // The line holds the key `id` twice; JSON.parse keeps the second, which is the same from start to end.
  item("web_search", {
    query: z.string().default(""),
    action: z.object({ type: z.string(), url: z.string().nullish() }).nullish().catch(undefined),
  }),
  item("image_generation", { saved_path: z.string().nullish(), status: z.string().optional() }),
  item("todo_list", { items: z.array(z.object({ text: z.string(), completed: z.boolean() })).default([]) }),
  item("error", { message: z.string() }),
  item("collab_tool_call", {
    tool: z.string().default(""),
    prompt: z.string().nullish().catch(undefined),
    status: z.string().optional().catch(undefined),
  }),
]);
export type CodexItem = z.infer<typeof codexItem>;

const itemEvent = <Type extends string>(type: Type) => z.object({ type: z.literal(type), item: codexItem });

export const codexLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("thread.started"), thread_id: z.string() }),
  z.object({ type: z.literal("turn.started") }),
  z.object({ type: z.literal("turn.completed"), usage: threadTokens.nullish() }),
  z.object({ type: z.literal("turn.failed"), error: z.object({ message: z.string() }) }),
  itemEvent("item.started"),
  itemEvent("item.updated"),
  itemEvent("item.completed"),
  // Not the end of a turn: codex says here that it retries, or repeats what `turn.failed` will say.
  z.object({ type: z.literal("error"), message: z.string() }),
]);
export type CodexLine = z.infer<typeof codexLine>;
