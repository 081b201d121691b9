import { z } from "zod";
import type { Engine } from "../engine/contract.ts";
import { machineName, machines } from "./machines.ts";

const text = z.string().trim().min(1);
const texts = z.array(z.string());
const id = z.union(
  [
    z.int(),
    z
      .string()
      .trim()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ],
  { error: "a whole number, or one in quotes" },
);
const seconds = z.number().min(0);
const minutes = z.number().positive();
const httpUrl = z
  .url({ protocol: /^https?$/, error: "an address that begins with http:// or https://" })
  .transform((url) => url.replace(/\/+$/, ""));

const topics = z.strictObject({
  enabled: z.boolean().default(false),
  scope: z.enum(["auto", "main", "projects", "all"]).default("auto"),
});

const files = z.strictObject({
  enabled: z.boolean().default(true),
  auto_put: z.boolean().default(true),
  /** How to treat files that come without a command: `prompt` makes tasks of them. */
  auto_put_mode: z.enum(["upload", "prompt"]).default("prompt"),
  uploads_dir: text.default(".takopi/files"),
  allowed_user_ids: z.array(id).default([]),
  deny_globs: texts.default([".git/**", ".env", ".envrc", "**/*.pem", "**/.ssh/**"]),
});

const messageForm = z.enum(["auto", "rich", "classic"]);

/** Settings of one chat. */
const chat = z.strictObject({ messages: messageForm.optional() });

const telegram = z.strictObject({
  bot_token: text.optional(),
  chat_id: id.optional(),
  allowed_user_ids: z.array(id).default([]),
  allowed_chat_ids: z.array(id).default([]),
  allow_group_members: z.boolean().default(false),
  api_root: httpUrl.optional(),
  /** HTTP proxy; if absent, those of the environment. */
  proxy: httpUrl.optional(),
  messages: messageForm.default("auto"),
  chats: z.record(z.string().regex(/^-?\d{1,15}$/, { error: "the id of a chat" }), chat).default({}),
  stream_answer: z.boolean().default(false),
  message_overflow: z.enum(["split", "trim"]).default("split"),
  session_mode: z.enum(["stateless", "chat"]).default("stateless"),
  show_resume_line: z.boolean().default(true),
  /** Tokens, cost and how full the context is, under each answer. */
  show_usage: z.boolean().default(false),
  /** The last lines of a running command, in the progress message. */
  show_output: z.boolean().default(false),
  forward_coalesce_s: seconds.default(1),
  media_group_debounce_s: seconds.default(1),
  voice_transcription: z.boolean().default(false),
  voice_max_bytes: z.int().positive().default(10_485_760),
  voice_transcription_model: text.default("gpt-4o-mini-transcribe"),
  voice_transcription_base_url: text.optional(),
  voice_transcription_api_key: text.optional(),
  topics: topics.prefault({}),
  files: files.prefault({}),
});

const limits = z.strictObject({
  parallel_runs: z.int().min(1).default(8),
  run_minutes: minutes.optional(),
  stall_minutes: minutes.default(15),
  /** How long a live server stays warm without a run. */
  idle_minutes: z.union([minutes, z.literal("never")], { error: 'a number of minutes, or "never"' }).default(30),
  /** Live servers at once, those with a run included; only idle ones are ended for it. */
  live_sessions: z.int().min(1).optional(),
  /** How long a question of an engine waits for an answer. */
  approval_minutes: minutes.default(30),
  /** How long a shutdown waits for runs, with `shutdown = "drain"`. */
  drain_minutes: minutes.default(10),
  daily_cost_usd: z.number().positive().optional(),
  /** The budget of a goal that was given none. */
  goal_tokens: z.int().min(1).default(500_000),
  /** Tasks that may wait in one chat. */
  queued_runs: z.int().min(1).default(50),
  prompt_chars: z.int().min(1).default(400_000),
  /** How long the texts of ended runs are kept; for ever unless set. */
  keep_days: z.number().positive().optional(),
});

const project = z.strictObject({
  path: text.optional(),
  /** The machine of its worker, in place of `path`. */
  machine: machineName.optional(),
  worktrees_dir: text.default(".worktrees"),
  default_engine: text.optional(),
  worktree_base: text.optional(),
  chat_id: id.optional(),
  trusted: z.boolean().default(false),
});

/** Settings that a task can be given beside its prompt. */
const preset = z.strictObject({
  engine: text.optional(),
  model: text.optional(),
  reasoning_effort: text.optional(),
  sandbox: text.optional(),
  approvals: z.enum(["ask", "allow", "deny"]).optional(),
  /** Beside the engine's own instructions. */
  instructions: text.optional(),
  instructions_file: text.optional(),
  /** A file with the JSON schema of the answer. */
  output_schema: text.optional(),
});

const schedule = z.strictObject({
  /** Five fields; else `every`. */
  cron: text.optional(),
  /** A duration such as "30m". */
  every: text.optional(),
  /** IANA name; the machine's own if absent. */
  timezone: text.optional(),
  prompt: text,
  project: text.optional(),
  branch: text.optional(),
  engine: text.optional(),
  preset: text.optional(),
  /** The main chat if absent. */
  chat_id: id.optional(),
  topic_id: id.optional(),
  session: z.enum(["new", "same"]).default("new"),
  only_when_idle: z.boolean().default(false),
  overlap: z.enum(["skip", "queue"]).default("skip"),
  missed: z.enum(["once", "skip"]).default("once"),
  /** Only what failed makes a sound. */
  quiet: z.literal("errors").optional(),
  enabled: z.boolean().default(true),
});

/** The operations that write which `takopi mcp` offers. */
const mcp = z.strictObject({ allow: z.array(text).default([]) });

/** A value that does not stand in the file itself. */
const secret = z.union([z.strictObject({ env: text }), z.strictObject({ file: text })], {
  error: '{ env = "NAME" } or { file = "path" }',
});

const voice = z.strictObject({
  base_url: httpUrl.optional(),
  model: text.optional(),
  api_key: z.union([text, secret]).optional(),
  language: text.optional(),
  /** Whether the service may be on this machine or its network. */
  allow_private: z.boolean().default(false),
  /** A program in place of a service. */
  command: text.optional(),
});

const trigger = z.strictObject({
  /** The event of a run that starts it; without this, `webhook` does. */
  on: z.enum(["done", "error", "cancelled", "question", "idle"]).optional(),
  webhook: z
    .strictObject({ kind: z.enum(["github", "hmac"]), secret: secret.optional(), events: z.array(text).optional() })
    .optional(),
  /** For `idle`: a duration such as "10m". */
  for: text.optional(),
  where: z
    .strictObject({
      project: text.optional(),
      engine: text.optional(),
      branch: text.optional(),
      schedule: text.optional(),
      answer_contains: text.optional(),
    })
    .default({}),
  do: z.enum(["task", "reply", "brief", "notify"]),
  text,
  project: text.optional(),
  branch: text.optional(),
  engine: text.optional(),
  chat_id: id.optional(),
  topic_id: id.optional(),
  only_when_idle: z.boolean().default(false),
  /** Durations. */
  min_interval: text.optional(),
  dedupe: text.optional(),
  max_per_day: z.int().min(1).optional(),
  /** Whether runs that a trigger began fire it too. */
  chain: z.boolean().default(false),
  enabled: z.boolean().default(true),
});

const webhooks = z.strictObject({
  /** Host and port, such as "127.0.0.1:8787". */
  listen: z
    .string()
    .regex(/^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i, { error: 'a host and a port, such as "127.0.0.1:8787"' }),
  /** Whether other machines may reach it. */
  allow_public: z.boolean().default(false),
});

const table = z.record(z.string(), z.unknown());

const file = z.strictObject({
  watch_config: z.boolean().default(false),
  default_engine: text.default("codex"),
  default_project: text.optional(),
  on_restart: z.enum(["report", "resume"]).default("report"),
  shutdown: z.enum(["stop", "drain"]).default("stop"),
  transport: z.literal("telegram").default("telegram"),
  transports: z.strictObject({ telegram: telegram.optional() }).prefault({}),
  limits: limits.prefault({}),
  projects: z.record(z.string(), project).default({}),
  presets: z.record(z.string(), preset).default({}),
  schedules: z.record(z.string(), schedule).default({}),
  triggers: z.record(z.string(), trigger).default({}),
  webhooks: webhooks.optional(),
  voice: voice.optional(),
  mcp: mcp.prefault({}),
  machines: machines.optional(),
  plugins: table.optional(),
});

export type PresetTable = z.output<typeof preset>;
export type ScheduleTable = z.output<typeof schedule>;
export type Secret = z.output<typeof secret>;
export type TriggerTable = z.output<typeof trigger>;
export type WebhooksTable = z.output<typeof webhooks>;
export type TelegramTable = z.output<typeof telegram>;
export type Limits = z.output<typeof limits>;
/** Engine tables stand beside the project's own keys. */
export type ProjectTable = z.output<typeof project> & Record<string, unknown>;
export type FileTable = Omit<z.output<typeof file>, "projects"> & {
  projects: Record<string, ProjectTable>;
} & Record<string, unknown>;

/** The whole file; strict, with a table for each engine. What an engine's table holds is for the engine to check. */
export function fileSchema(engines: readonly Engine[]): z.ZodType<FileTable> {
  const names = engines.map((engine) => engine.id);
  const tables = Object.fromEntries(names.map((name) => [name, table.optional()]));
  const projects = z.record(z.string(), project.extend(tables)).default({});
  // The names of the engines are known at run time only, so the compiler cannot follow.
  return file.extend({ ...tables, projects }) as unknown as z.ZodType<FileTable>;
}
