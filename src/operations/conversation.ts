import { z } from "zod";
import { conversationKey } from "../bridge/resolve.ts";
import { namesIn, writeContext } from "../bridge/settings.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { knownSession } from "../store/stored-run.ts";
import type { Access, Caller } from "./operation.ts";
import { originOf, scopeFor } from "./scope.ts";

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
  const model = engine && settings.model({ engine, project });
  const reasoning = engine && settings.reasoning({ engine, project });
  const trigger = settings.trigger();
  const presets = settings.presets();
  const isChosen = trigger.layer !== "global";
  return {
    scope: kind,
    isPrivate: caller.place.isPrivate,
    project: { value: bound ? writeContext(bound.context) : null, origin: originOf(bound, "nothing is chosen") },
    engine: { value: agent.value, origin: originOf(agent) },
    presets: { value: presets ? namesIn(presets).join(", ") : null, origin: originOf(presets, "nothing is chosen") },
    model: { value: model?.value ?? null, origin: originOf(model) },
    reasoning: engine?.reasoning ? { value: reasoning?.value ?? null, origin: originOf(reasoning) } : null,
    trigger: { value: trigger.value, origin: isChosen ? originOf(trigger) : "as it is unless chosen" },
    session: sessionLine(access, caller, agent.value),
  };
}

function sessionLine({ config, store, engines }: Access, { place }: Caller, engine: string): string | null {
  const key = conversationKey(place, config);
  const id = key === undefined ? undefined : store.conversations.latest(key, engine);
  const run = id === undefined ? undefined : store.runs.get(id);
  const session = run && knownSession(run);
  return session ? (engines.find((one) => one.id === engine)?.resume.format(session) ?? null) : null;
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
