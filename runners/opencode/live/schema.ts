// Events of `opencode serve` (GET /global/event) and answers of its routes: sst/opencode, packages/opencode/src/server,
// version 1.18.33.
import { z } from "zod";
import { StepPart, ToolPart } from "../schema.ts";

const sessionID = z.string();

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, properties: Shape) =>
  z.object({ type: z.literal(type), properties: z.object(properties) });

const base = { id: z.string(), messageID: z.string(), sessionID };
/** `end` is there once the part is whole. */
const time = z.object({ end: z.number().optional() }).optional().catch(undefined);

/** Others say nothing of the work. */
export const LivePart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), ...base, text: z.string(), synthetic: z.boolean().optional(), time }),
  z.object({ type: z.literal("reasoning"), ...base, text: z.string(), time }),
  z.object({ type: z.literal("tool"), ...base, ...ToolPart.shape }),
  z.object({ type: z.literal("step-start"), ...base }),
  z.object({ type: z.literal("step-finish"), ...base, ...StepPart.shape }),
]);
export type LivePart = z.infer<typeof LivePart>;

/** May the session, or a sub-agent of it, do this? Waits until it is answered. */
const PermissionAsked = event("permission.asked", {
  id: z.string(),
  sessionID,
  permission: z.string(),
  /** The subject of the request: commands, paths, addresses. */
  patterns: z.array(z.string()).catch([]),
  /** The patterns that `always` would cover. */
  always: z.array(z.string()).catch([]),
  /** Differs by permission. */
  metadata: z.record(z.string(), z.unknown()).catch({}),
  /** The call that it is about, whose part came before. */
  tool: z.object({ callID: z.string() }).optional().catch(undefined),
});
export type PermissionRequest = z.infer<typeof PermissionAsked>["properties"];

const QuestionAsked = event("question.asked", {
  id: z.string(),
  sessionID,
  questions: z.array(
    z.object({
      question: z.string(),
      header: z.string().optional(),
      options: z.array(z.object({ label: z.string(), description: z.string().optional() })).catch([]),
      multiple: z.boolean().optional(),
      /** Whether text of one's own is taken too; it is unless this says otherwise. */
      custom: z.boolean().optional(),
    }),
  ),
});
export type QuestionRequest = z.infer<typeof QuestionAsked>["properties"];

const answered = { sessionID, requestID: z.string() };

/** A message of a person or of the model. */
const MessageInfo = z.object({
  id: z.string(),
  sessionID,
  role: z.string(),
  /** For an answer: the message that it answers. */
  parentID: z.string().optional(),
  /** `true` on the summary that a compaction writes; messages of people have an object here. */
  summary: z.unknown().optional(),
  /** The model of an answer. */
  providerID: z.string().optional().catch(undefined),
  modelID: z.string().optional().catch(undefined),
  /** Why the model's answer failed. */
  error: z.unknown().optional(),
  /** An answer that is not complete is still being written. */
  time: z.object({ completed: z.number().optional() }).optional().catch(undefined),
});

/** One thing that happened on the server; others are of no use here. */
export const LiveEvent = z.discriminatedUnion("type", [
  event("session.created", { info: z.object({ id: z.string(), parentID: z.string().optional() }) }),
  event("session.status", {
    sessionID,
    status: z.object({
      /** `busy`, `idle`, or `retry` with what the model's server said. */
      type: z.string(),
      attempt: z.number().optional(),
      message: z.string().optional(),
      /** ms since 1970: the next attempt. */
      next: z.number().optional(),
    }),
  }),
  event("session.idle", { sessionID }),
  event("session.error", { sessionID: sessionID.optional(), error: z.unknown() }),
  event("message.updated", { info: MessageInfo }),
  event("message.part.updated", { part: LivePart }),
  event("message.part.delta", {
    sessionID,
    messageID: z.string(),
    partID: z.string(),
    field: z.string(),
    delta: z.string(),
  }),
  PermissionAsked,
  event("permission.replied", answered),
  QuestionAsked,
  event("question.replied", answered),
  event("question.rejected", answered),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;

/** The envelope of an event on the stream of all directories. */
export const Envelope = z.object({
  payload: z.looseObject({
    type: z.string(),
    properties: z.looseObject({ part: z.looseObject({ type: z.string() }).optional().catch(undefined) }).optional(),
  }),
});

const Model = z.object({ providerID: z.string(), id: z.string() });

export const Session = z.object({
  id: z.string(),
  directory: z.string(),
  /** The model of its newest turn. */
  model: Model.optional().catch(undefined),
});
export type Session = z.infer<typeof Session>;

/** `synthetic`: opencode wrote it itself, for example after a compaction. */
const MessagePart = z.object({ type: z.string(), synthetic: z.boolean().optional().catch(undefined) });

/** All that is known of a session's messages, oldest first; parts are checked one by one. */
export const FullMessages = z.array(z.object({ info: MessageInfo, parts: z.array(z.unknown()) }));

/** Sessions that are not idle. */
export const Statuses = z.record(z.string(), z.object({ type: z.string() }));
/** Requests that wait for an answer. */
export const OpenPermissions = z.array(PermissionAsked.shape.properties);
export const OpenQuestions = z.array(QuestionAsked.shape.properties);

/** Oldest first. */
export const Messages = z.array(
  z.object({ info: z.object({ id: z.string(), role: z.string() }), parts: z.array(MessagePart) }),
);

/** `context` is 0 if opencode does not know it. */
const ModelFacts = z
  .object({ limit: z.object({ context: z.number() }).optional().catch(undefined) })
  .catch({ limit: undefined });

export const Providers = z.object({
  providers: z.array(z.object({ id: z.string(), models: z.record(z.string(), ModelFacts) })),
  /** The model that a provider begins with. */
  default: z.record(z.string(), z.string()).catch({}),
});

/** Answer to `GET /command`. */
export const Commands = z.array(z.object({ name: z.string() }));
