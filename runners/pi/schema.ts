// github.com/earendil-works/pi, packages/coding-agent/src/modes/print-mode.ts and docs/json.md,
// versions 0.74.2 and 1.5.2 (recorded); 0.73 writes the same shapes.
import { z } from "zod";

export const wireUsage = z.object({
  /** Without `cacheRead`. */
  input: z.number().default(0),
  output: z.number().default(0),
  cacheRead: z.number().default(0),
  cacheWrite: z.number().default(0),
  /** A part of `output`; since 0.8x. */
  reasoning: z.number().optional(),
  /** US dollars from pi's table of models; 0 for a model it has no price of. */
  cost: z.object({ total: z.number().default(0) }).optional(),
});
export type WireUsage = z.infer<typeof wireUsage>;

const Blocks = z.array(z.object({ type: z.string(), text: z.string().optional() }));
export type WireBlocks = z.infer<typeof Blocks>;

const AssistantMessage = z.object({
  role: z.literal("assistant"),
  content: Blocks,
  /** `stop`, `length`, `toolUse`, `error` or `aborted`; meaningless before `message_end`. */
  stopReason: z.string(),
  errorMessage: z.string().optional(),
  usage: wireUsage.optional(),
});
/** `usage` of a tool's result is what models cost that the tool itself called. */
const OtherMessage = z.object({
  role: z.string().refine((role) => role !== "assistant"),
  usage: wireUsage.optional(),
});
const Message = z.union([AssistantMessage, OtherMessage]);
export type WireMessage = z.infer<typeof Message>;

/** The part of an `agent_end`'s messages that counts if no message came before. */
export const LastMessages = z.array(
  z.object({ stopReason: z.string().optional(), errorMessage: z.string().optional() }),
);

const ToolResult = z.object({
  content: Blocks.default([]),
  /** Since 0.8x; of the bash tool. */
  structuredContent: z.object({ exit_code: z.number().nullish() }).nullish().catch(undefined),
});

const AnyResult = z
  .union([
    ToolResult,
    z.string().transform((text): z.infer<typeof ToolResult> => ({ content: [{ type: "text", text }] })),
  ])
  .nullish()
  .catch(undefined);

export const PiLine = z.discriminatedUnion("type", [
  /** First line of a print run. `cwd` is the session's own directory. */
  z.object({ type: z.literal("session"), id: z.string().min(1), cwd: z.string().optional() }),
  z.object({ type: z.literal("agent_start") }),
  z.object({ type: z.literal("message_end"), message: Message }),
  z.object({
    type: z.literal("tool_execution_start"),
    toolCallId: z.string().min(1),
    toolName: z.string(),
    args: z.unknown(),
  }),
  /** Holds all of the output so far, or the end of what is much. */
  z.object({ type: z.literal("tool_execution_update"), toolCallId: z.string().min(1), partialResult: AnyResult }),
  z.object({
    type: z.literal("tool_execution_end"),
    toolCallId: z.string().min(1),
    toolName: z.string(),
    result: AnyResult,
    isError: z.boolean().default(false),
  }),
  z.object({
    type: z.literal("auto_retry_start"),
    attempt: z.number(),
    maxAttempts: z.number(),
    delayMs: z.number(),
    errorMessage: z.string().default(""),
  }),
  z.object({ type: z.literal("auto_retry_end"), success: z.boolean(), attempt: z.number() }),
  z.object({ type: z.literal("compaction_start"), reason: z.string().default("") }),
  z.object({
    type: z.literal("compaction_end"),
    result: z.object({ usage: wireUsage.optional() }).nullish(),
    aborted: z.boolean().default(false),
    /** The failed call is made again, with less context. */
    willRetry: z.boolean().default(false),
    errorMessage: z.string().optional(),
  }),
  /** The end of one attempt; a retry or a compaction may follow. */
  z.object({ type: z.literal("agent_end"), messages: z.unknown().optional() }),
  /** Since 0.80.4: nothing more will follow. */
  z.object({ type: z.literal("agent_settled") }),
]);
export type PiLine = z.infer<typeof PiLine>;

/** Beginnings of lines that repeat what others say or concern a screen. Old pi writes whole answers into each. */
export const SKIPPED_LINES = [
  "message_update",
  "message_start",
  "turn_start",
  "turn_end",
  "entry_appended",
  "queue_update",
  "session_info_changed",
  "thinking_level_changed",
].map((type) => `{"type":"${type}"`);
