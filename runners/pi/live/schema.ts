// github.com/earendil-works/pi, packages/coding-agent/src/modes/rpc/rpc-types.ts and docs/rpc.md,
// versions 0.74.2 and 1.5.2 (recorded).
import { z } from "zod";
import { PiLine, SKIPPED_LINES } from "../schema.ts";

/** `id` is ours, and absent if old pi does not know the command. */
const Response = z.object({
  type: z.literal("response"),
  id: z.string().optional(),
  success: z.boolean(),
  data: z.unknown().optional(),
  error: z.string().default(""),
});

/** `timeout`, ms: pi takes its default then, without a word. */
const UiRequest = z.object({
  type: z.literal("extension_ui_request"),
  id: z.string().min(1),
  method: z.string(),
  title: z.string().default(""),
  message: z.string().default(""),
  options: z.array(z.string()).default([]),
  placeholder: z.string().default(""),
  prefill: z.string().default(""),
  timeout: z.number().optional(),
  notifyType: z.string().default("info"),
});
export type UiRequest = z.infer<typeof UiRequest>;

const ExtensionError = z.object({
  type: z.literal("extension_error"),
  extensionPath: z.string().default(""),
  error: z.string().default(""),
});

/** Steering messages that the model has not been given yet. */
const QueueUpdate = z.object({ type: z.literal("queue_update"), steering: z.array(z.string()) });

/** The common part of a `message_update` in new pi and old pi; see `text-delta.ts`. */
export const MessageUpdate = z.object({
  type: z.literal("message_update"),
  assistantMessageEvent: z.object({ type: z.string(), delta: z.string().optional() }),
});

export const LiveLine = z.discriminatedUnion("type", [
  ...PiLine.options,
  Response,
  UiRequest,
  ExtensionError,
  QueueUpdate,
]);
export type LiveLine = z.infer<typeof LiveLine>;

const UPDATE = `{"type":"message_update","assistantMessageEvent":{"type":"`;

/** Dropped unread. Old pi writes all of a message so far into each of its updates: only those of its text matter. */
export const LIVE_SKIPPED_LINES = [
  ...SKIPPED_LINES.filter((head) => !/queue_update|message_update/.test(head)),
  ...["text_start", "text_end", "thinking_", "toolcall_"].map((type) => `${UPDATE}${type}`),
];

/** Answer to `get_state`. `sessionFile` is absent with `--no-session`. */
export const SessionState = z.object({
  sessionId: z.string().min(1),
  sessionFile: z.string().optional(),
  isStreaming: z.boolean(),
  isCompacting: z.boolean().default(false),
  pendingMessageCount: z.number().default(0),
});

/** Answer to `get_session_stats`. Right after a compaction nobody knows how full the context is. */
export const SessionStats = z.object({ contextUsage: z.object({ percent: z.number().nullish() }).nullish() });

/** Answer to `prompt`; the disposition since 0.99. */
export const Accepted = z.object({ disposition: z.string().optional() }).default({});

/** Answer to `fork` and `clone`: whether an extension forbade it. */
export const Forked = z.object({ cancelled: z.boolean().default(false) });

/** Answer to `get_fork_messages`: the user's messages, oldest first. */
export const ForkMessages = z.object({ messages: z.array(z.object({ entryId: z.string(), text: z.string() })) });

/** Answer to `get_available_models`. */
export const Models = z.object({ models: z.array(z.object({ id: z.string(), provider: z.string() })) });

/** Answer to `get_commands`: those of extensions, prompt templates and skills. */
export const Commands = z.object({ commands: z.array(z.object({ name: z.string() })) });
