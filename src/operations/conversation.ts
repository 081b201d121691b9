import { z } from "zod";
import { resolvePrompt } from "../bridge/resolve.ts";
import { writeContext } from "../domain/context.ts";
import { inlineCode } from "../domain/inline-code.ts";
import type { Access, Caller } from "./operation.ts";
import { originOf, presetsFor, scopeFor } from "./scope.ts";

const Value = z.object({ value: z.string().nullable(), origin: z.string() });

/** The settings of a conversation, and the place that sets each. */
export const Conversation = z.object({
  scope: z.enum(["topic", "chat"]),
  isPrivate: z.boolean(),
  project: Value,
  engine: Value,
  presets: Value,
  model: Value,
  /** Null if the engine has no say in it. */
  reasoning: Value.nullable(),
  trigger: Value,
  /** The resume line of the session that the next message continues. */
  session: z.string().nullable(),
});
export type Conversation = z.infer<typeof Conversation>;

export function conversationOf(access: Access, caller: Caller): Conversation {
  const { kind, settings } = scopeFor(access, caller);
  const bound = settings.context();
  const project = bound?.context.project;
  const agent = settings.engine(project);
  const engine = access.engines.find(({ id }) => id === agent.value);
  const next = resolvePrompt({ ...caller.place, reply: undefined, text: "" }, access);
  const use = engine && { engine, project, session: next.resume, preset: presetsFor(next.presets, engine, access) };
  const model = use && settings.model(use);
  const reasoning = use && settings.reasoning(use);
  const trigger = settings.trigger();
  const isNew = next.resume === undefined && next.follows === undefined;
  const isChosen = trigger.layer !== "global";
  const nothing = "nothing is chosen";
  return {
    scope: kind,
    isPrivate: caller.place.isPrivate,
    project: { value: bound ? writeContext(bound.context) : null, origin: originOf(bound, nothing) },
    engine: { value: agent.value, origin: originOf(agent) },
    presets: {
      value: next.presets.length > 0 ? next.presets.join(", ") : null,
      origin: isNew ? originOf(settings.presets(), nothing) : "the session began with them",
    },
    model: { value: model?.value ?? null, origin: originOf(model) },
    reasoning: engine?.reasoning ? { value: reasoning?.value ?? null, origin: originOf(reasoning) } : null,
    trigger: { value: trigger.value, origin: isChosen ? originOf(trigger) : "as it is unless chosen" },
    session: next.resume === undefined ? null : (engine?.resume.format(next.resume) ?? null),
  };
}

/** One line a setting, as Markdown. */
export function describe(conversation: Conversation): string {
  const { project, engine, presets, model, reasoning, trigger, session, isPrivate } = conversation;
  const line = (name: string, { value, origin }: z.infer<typeof Value>) =>
    `- ${name}: ${value === null ? "not set" : inlineCode(value)} (${origin})`;
  return [
    line("project", project),
    line("engine", engine),
    ...(presets.value === null ? [] : [line("presets", presets)]),
    line("model", model),
    ...(reasoning ? [line("reasoning", reasoning)] : []),
    ...(isPrivate ? [] : [line("trigger", trigger)]),
    `- session: ${session === null ? "the next message begins a new one" : inlineCode(session)}`,
  ].join("\n");
}
