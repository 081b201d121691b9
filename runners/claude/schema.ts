// The used part of the stream-json of claude 2.1.332; upstream: the types of @anthropic-ai/claude-agent-sdk
// 0.3.332. Fields that some line leaves out are optional: a missing one must not cost the whole message.
import { z } from "zod";

const text = z.string().optional().catch(undefined);

const block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("thinking"), thinking: z.string() }),
  z.object({ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal("tool_result"),
    tool_use_id: z.string(),
    content: z.unknown(),
    is_error: z.boolean().nullish(),
  }),
]);
export type Block = z.infer<typeof block>;

/** A block of a kind that is not shown comes as `undefined`; a message that is a text alone has none. */
const blocks = z.array(block.optional().catch(undefined)).catch([]);

const count = z.number().default(0);
export const modelUsage = z.record(
  z.string(),
  z.object({
    inputTokens: count,
    outputTokens: count,
    cacheReadInputTokens: count,
    cacheCreationInputTokens: count,
    costUSD: count,
    contextWindow: z.number().positive().optional().catch(undefined),
  }),
);
export type ModelUsage = z.infer<typeof modelUsage>;

/** Kinds that are known and not shown. */
const UNREAD = [
  ...["rate_limit_event", "conversation_reset", "keep_alive", "tool_progress"],
  ...["tool_use_summary", "prompt_suggestion", "auth_status"],
] as const;

/** The usage of one call to the model: together all that it has read. */
const callUsage = z
  .object({ input_tokens: count, cache_read_input_tokens: count, cache_creation_input_tokens: count })
  .optional()
  .catch(undefined);

export const ClaudeLine = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("system"),
    subtype: z.string(),
    /** `init` */
    session_id: text,
    cwd: text,
    model: text,
    permissionMode: text,
    apiKeySource: text,
    /** `session_state_changed` */
    state: text,
    /** `api_retry` */
    attempt: z.number().optional(),
    max_retries: z.number().optional(),
    error_status: z.number().nullish(),
    /** `task_started`, `task_notification` */
    task_id: text,
    tool_use_id: text,
    is_backgrounded: z.boolean().optional(),
    status: text,
    summary: text,
  }),
  z.object({
    type: z.literal("assistant"),
    message: z.object({ model: text, content: blocks, usage: callUsage }),
    parent_tool_use_id: z.string().nullish(),
  }),
  z.object({
    type: z.literal("user"),
    message: z.object({ content: blocks }),
    parent_tool_use_id: z.string().nullish(),
  }),
  z.object({
    type: z.literal("result"),
    subtype: z.string(),
    is_error: z.boolean(),
    result: text,
    errors: z.array(z.string()).optional().catch(undefined),
    session_id: text,
    terminal_reason: text,
    total_cost_usd: z.number().optional(),
    modelUsage: modelUsage.optional(),
  }),
  /** The state of a message with an id of its own: `queued`, `started`, `completed`, `cancelled`. */
  z.object({ type: z.literal("command_lifecycle"), command_uuid: z.string(), state: z.string() }),
  z.object({
    type: z.literal("stream_event"),
    parent_tool_use_id: z.string().nullish(),
    event: z.object({ type: z.string(), delta: z.object({ text: text }).optional().catch(undefined) }),
  }),
  z.object({ type: z.literal(UNREAD) }),
]);
export type ClaudeLine = z.infer<typeof ClaudeLine>;

/** Lines that begin so cannot matter to a headless run. */
export const SKIPPED_LINES = ['{"type":"stream_event"'];
