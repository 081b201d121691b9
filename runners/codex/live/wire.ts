// The part of `codex app-server` that is used, as codex 0.169.0 speaks it; upstream: openai/codex,
// codex-rs/app-server-protocol/src/protocol/v2. Names are those of `codex app-server generate-ts`.
// Fields that some version leaves out are optional: a missing one must not cost the whole message.
import { z } from "zod";
import { wireGoal } from "./goal.ts";

const item = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ id: z.string(), type: z.literal(type), ...shape });

const fileUpdate = z.object({
  path: z.string(),
  kind: z.object({ type: z.string(), move_path: z.string().nullish() }),
  diff: z.string().default(""),
});
export type FileUpdate = z.infer<typeof fileUpdate>;

const knownItem = z.discriminatedUnion("type", [
  item("agentMessage", { text: z.string(), phase: z.string().nullish() }),
  item("reasoning", { summary: z.array(z.string()).default([]) }),
  item("commandExecution", {
    command: z.string(),
    aggregatedOutput: z.string().nullish(),
    exitCode: z.number().nullish(),
    status: z.string().optional(),
  }),
  item("fileChange", { changes: z.array(fileUpdate).default([]), status: z.string().optional() }),
  item("mcpToolCall", {
    server: z.string(),
    tool: z.string(),
    result: z.object({ content: z.array(z.object({ text: z.string().optional() })).default([]) }).nullish(),
    error: z.object({ message: z.string() }).nullish(),
    status: z.string().optional(),
  }),
  item("webSearch", {
    query: z.string().default(""),
    action: z.object({ type: z.string(), url: z.string().nullish() }).nullish().catch(undefined),
  }),
  item("imageGeneration", { savedPath: z.string().nullish(), status: z.string().optional() }),
  item("collabAgentToolCall", { tool: z.string(), prompt: z.string().nullish(), status: z.string().optional() }),
  item("subAgentActivity", { kind: z.string(), agentThreadId: z.string(), agentPath: z.string().default("") }),
  item("contextCompaction", {}),
  item("userMessage", {}),
]);
export type KnownItem = z.infer<typeof knownItem>;

/** An item of a kind that is not shown comes as `undefined`. */
const anyItem = knownItem.optional().catch(undefined);

const tokens = z.object({
  inputTokens: z.number(),
  cachedInputTokens: z.number().default(0),
  cacheWriteInputTokens: z.number().default(0),
  outputTokens: z.number(),
  reasoningOutputTokens: z.number().default(0),
});
export type Tokens = z.infer<typeof tokens>;

/** Statuses of a turn that ended: `completed`, `interrupted`, `failed`. */
const turn = z.object({
  id: z.string(),
  status: z.string(),
  error: z.object({ message: z.string() }).nullish(),
});
export type EndedTurn = z.infer<typeof turn>;

const message = <Method extends string, Shape extends z.ZodRawShape>(method: Method, params: Shape) =>
  z.object({ method: z.literal(method), params: z.object(params) });

const ofTurn = { threadId: z.string(), turnId: z.string() };

const tokenUsage = z.object({ total: tokens, last: tokens, modelContextWindow: z.number().nullish().catch(undefined) });
export type TokenUsage = z.infer<typeof tokenUsage>;

/** Notifications of one thread. */
export const notification = z.discriminatedUnion("method", [
  message("turn/started", { threadId: z.string(), turn }),
  message("turn/completed", { threadId: z.string(), turn }),
  message("item/started", { ...ofTurn, item: anyItem }),
  message("item/completed", { ...ofTurn, item: anyItem }),
  message("item/agentMessage/delta", { ...ofTurn, itemId: z.string(), delta: z.string() }),
  message("turn/plan/updated", { ...ofTurn, plan: z.array(z.object({ step: z.string(), status: z.string() })) }),
  message("thread/tokenUsage/updated", { ...ofTurn, tokenUsage }),
  // `willRetry` means a reconnect; otherwise the end of the turn says the same again.
  message("error", { ...ofTurn, error: z.object({ message: z.string() }), willRetry: z.boolean() }),
  message("warning", { threadId: z.string().nullish(), message: z.string() }),
  message("serverRequest/resolved", { threadId: z.string(), requestId: z.union([z.number(), z.string()]) }),
  message("thread/status/changed", { threadId: z.string(), status: z.object({ type: z.string() }) }),
  message("thread/goal/updated", { threadId: z.string(), goal: wireGoal }),
  message("thread/goal/cleared", { threadId: z.string() }),
  message("thread/closed", { threadId: z.string() }),
]);
export type Notification = z.infer<typeof notification>;

/** Told apart from the rest of a thread's, since it ties a sub-agent's thread to its parent. */
export const threadStarted = z.object({
  thread: z.object({ id: z.string(), parentThreadId: z.string().nullish() }),
});

/** Sent by the server and not read here, so it may keep them to itself. */
export const UNREAD_NOTIFICATIONS = [
  ...["account/rateLimits/updated", "configWarning", "deprecationNotice", "remoteControl/status/changed"],
  ...["item/commandExecution/outputDelta", "item/reasoning/summaryPartAdded", "item/reasoning/summaryTextDelta"],
  ...["item/reasoning/textDelta", "item/fileChange/outputDelta", "mcpServer/startupStatus/updated"],
  ...["thread/readState/changed", "turn/diff/updated"],
];
