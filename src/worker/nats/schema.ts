import { z } from "zod";
import { GOAL_STATUSES } from "../../domain/goal.ts";
import type { RunCommand, RunSpec } from "../../domain/run.ts";
import type { WorkerEvent } from "../port.ts";

const id = z.string().max(200);
const texts = z.record(z.string(), z.string());
const resume = z.object({ engine: id, value: z.string().max(4096) });
const action = z.object({
  ...{ id: z.string(), title: z.string() },
  kind: z.enum([
    ...(["command", "tool", "file_change", "web_search", "subagent", "note", "turn", "warning", "telemetry"] as const),
  ]),
  detail: z.object({
    exitCode: z.number().optional(),
    changes: z.array(z.object({ path: z.string(), verb: z.enum(["add", "update", "delete"]) })).optional(),
    output: z.string().optional(),
    error: z.string().optional(),
  }),
});
const asked = { id: z.string(), title: z.string(), body: z.string().optional() };
const approval = z.object({
  ...asked,
  kind: z.enum(["command", "file_change", "permission"]),
  canAllowSession: z.boolean(),
  ...{ command: z.string().optional(), cwd: z.string().optional(), tool: z.string().optional() },
  ...{ reason: z.string().optional(), paths: z.array(z.string()).optional() },
  place: z
    .object({
      ...{ isOwn: z.boolean(), directory: z.string() },
      ...{ nested: z.string().optional(), paths: z.array(z.string()).optional() },
    })
    .optional(),
});
const option = z.object({ value: z.string(), label: z.string(), description: z.string().optional() });
const question = z.discriminatedUnion("kind", [
  approval,
  z.object({
    ...asked,
    kind: z.literal("choice"),
    options: z.array(option),
    isMultiple: z.boolean(),
    isOpen: z.boolean(),
  }),
  z.object({ ...asked, kind: z.literal("text"), draft: z.string().optional(), isSecret: z.boolean() }),
]);
const count = z.number();
const usage = z.object({
  ...{ inputTokens: count, outputTokens: count, cacheReadTokens: count, cacheWriteTokens: count },
  ...{ reasoningTokens: count.optional(), costUsd: count.optional(), contextFill: count.optional() },
});
const goal = z.object({
  ...{ objective: z.string(), status: z.enum(GOAL_STATUSES), tokensUsed: count, tokenBudget: count.optional() },
});
const file = z.object({ path: z.string(), name: z.string(), size: count, mime: z.string(), version: id.optional() });
const ability = z.enum([
  "steer",
  "interrupt",
  "answer",
  "compact",
  "fork",
  "undo",
  "rename",
  "models",
  "goal",
  "brief",
]);

const denials = z.object({
  ...{ sandbox: z.literal("read-only").optional(), deny: z.array(z.string()) },
  ...{ deny_paths: z.array(z.string()), deny_tools: z.array(z.string()) },
});

const event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("placed"), cwd: z.string(), denials: denials.optional() }),
  z.object({ type: z.literal("started"), engine: id, resume, title: z.string().optional(), meta: texts.optional() }),
  z.object({
    ...{ type: z.literal("action"), engine: id, phase: z.enum(["started", "updated", "completed"]), action },
    ...{ ok: z.boolean().optional(), level: z.enum(["info", "warning", "error"]).optional() },
    message: z.string().optional(),
  }),
  z.object({ type: z.literal("text"), engine: id, text: z.string() }),
  z.object({ type: z.literal("goal"), engine: id, goal, turn: count, message: z.string().optional() }),
  z.object({ type: z.literal("question"), engine: id, question }),
  z.object({ type: z.literal("resolved"), engine: id, questionId: z.string() }),
  z.object({ type: z.literal("ready"), can: z.array(ability) }),
  z.object({ type: z.literal("ack"), id, ok: z.boolean(), problem: z.string().optional() }),
  z.object({
    type: z.literal("outgoing"),
    outgoing: z.object({ files: z.array(file), problems: z.array(z.string()) }),
  }),
  z.object({
    ...{ type: z.literal("completed"), engine: id, ok: z.boolean(), answer: z.string() },
    ...{ error: z.string().optional(), resume: resume.optional(), usage: usage.optional() },
  }),
]);

const said = z.discriminatedUnion("type", [
  /** The run is a machine's: its first message. `epoch` is the number of the machine's line at the broker. */
  z.object({ type: z.literal("claimed"), machine: id, epoch: count }),
  /** `isStopped`: a command ended the run. */
  z.object({ type: z.literal("event"), event, isStopped: z.boolean().optional() }),
  /** A tool of takopi's is called by the run; `id` is new for each call. */
  z.object({ type: z.literal("tool"), id, operation: id, input: z.unknown() }),
  /** Nobody waits for the answer to that call any more. */
  z.object({ type: z.literal("toolLeft"), id }),
  /** The bridge has given the run up: nothing that comes later counts. */
  z.object({ type: z.literal("fenced"), reason: z.string() }),
]);

/** What is said of a run. The `process` of a run is the machine's own affair. */
export type Said =
  | { readonly type: "claimed"; readonly machine: string; readonly epoch: number }
  | { readonly type: "event"; readonly event: SentEvent; readonly isStopped?: boolean | undefined }
  | ({ readonly type: "tool" } & SentToolCall)
  | { readonly type: "toolLeft"; readonly id: string }
  | { readonly type: "fenced"; readonly reason: string };
export interface SentToolCall {
  readonly id: string;
  readonly operation: string;
  readonly input?: unknown;
}
export type SentEvent = Exclude<WorkerEvent, { type: "process" }>;

/** undefined if another machine says something that it may not. */
export const readSaid = (value: unknown): Said | undefined => said.safeParse(value).data as Said | undefined;

const beat = z.object({
  ...{ protocol: count, version: id, host: id, startedAt: count },
  /** The same for every worker over the same state, and for no other. */
  instance: id,
  engines: z.array(z.object({ id, version: z.string().max(200).optional() })).max(50),
  projects: z.array(id).max(1000),
  running: count,
});

/** A machine's word of itself. */
export type Beat = z.output<typeof beat>;
export const readBeat = (value: unknown): Beat | undefined => beat.safeParse(value).data;

/** A task for a machine. */
export interface JobMessage {
  readonly protocol: number;
  readonly jobId: string;
  /** What to run; without it, the run is to be stopped. */
  readonly spec?: RunSpec;
}

/** A call to a machine that is there. */
export type CallMessage =
  /** Is anybody there? Answered with nothing. */
  | { readonly call: "ping" }
  /** Whether the run is there, or has said something that the broker does not have yet. */
  | { readonly call: "holds"; readonly jobId: string }
  | { readonly call: "command"; readonly jobId: string; readonly command: RunCommand }
  | ({ readonly call: "tool"; readonly jobId: string; readonly id: string } & ToolStep)
  | { readonly call: "operate"; readonly operation: string; readonly place: unknown; readonly input?: string }
  | { readonly call: "look"; readonly name: string; readonly input: unknown }
  | { readonly call: "put"; readonly place: unknown; readonly file: unknown; readonly object: string }
  | { readonly call: "read" | "fetch"; readonly place: unknown; readonly path: string };

/** What becomes of the call of a tool: first the bridge takes it, so that nobody carries it out twice. */
export type ToolStep =
  | { readonly step: "take" }
  | { readonly step: "told"; readonly event: unknown }
  | { readonly step: "answer"; readonly answer: Answer };

const answer = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), problem: z.string(), code: z.string().optional() }),
]);
export type Answer = z.output<typeof answer>;
export const readAnswer = (value: unknown) => answer.safeParse(value).data;
