import { z } from "zod";
import { namesIn, preferenceOf } from "../bridge/settings.ts";
import type { Thread, Threads } from "../bridge/threads.ts";
import { inlineCode } from "../domain/inline-code.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError } from "../errors.ts";
import { choice, choiceButtons, DEFAULT } from "./choice.ts";
import { findThread } from "./find.ts";
import { type Access, type Caller, defineOperation, type OperationButton } from "./operation.ts";
import { changeFor, engineFor, originOf, presetsFor, scopeFor } from "./scope.ts";
import { splitEngine } from "./split-engine.ts";

const Output = z.object({
  engine: z.string(),
  label: z.string(),
  /** A run of the session that it was asked for. */
  run: z.string().nullable(),
  scope: z.enum(["session", "topic", "chat"]),
  model: z.string().nullable(),
  origin: z.string(),
  isChanged: z.boolean(),
  isChosen: z.boolean(),
  /** A preset decides it, whatever is chosen for the chat or topic. */
  isByPreset: z.boolean(),
  models: z.array(z.string()),
  /** Why there is no list of models. */
  problem: z.string().nullable(),
  page: z.number(),
});
type Output = z.infer<typeof Output>;

/** The place of a choice: a session, if the caller replies to one of its messages or names it, or the conversation. */
interface Target {
  readonly engine: Engine;
  readonly project: string | undefined;
  readonly thread: Thread | undefined;
}

/** One a row, since ids are long. */
const PAGE = 8;

export const model = defineOperation({
  name: "model",
  summary: "show or choose the model of this chat or topic, or of the session you reply to",
  input: z.strictObject({
    session: z.string().optional(),
    engine: z.string().optional(),
    model: choice,
    page: z.int().min(0).optional(),
  }),
  output: Output,
  argument: "model",
  intent: "write",
  idempotent: true,
  examples: [{}, { model: "gpt-5.5" }, { model: "codex default" }],
  run: async (access, input, caller) => {
    const { engine: named, value } = splitEngine(input.model, input.engine, access.engines);
    const target = targetOf(access, caller, { session: input.session, engine: named });
    if (value === undefined) return show(target, access, caller, { isChanged: false, page: input.page ?? 0 });
    const { threads } = access.bridge;
    if (value !== DEFAULT) await requireKnown(threads, target, value);
    const chosen = value === DEFAULT ? undefined : value;
    const view = { isChanged: true, page: input.page ?? 0 };
    if (target.thread) {
      threads.setModel(target.thread, chosen);
      return show(target, access, caller, view);
    }
    return changeFor(access, caller, () => {
      const { place } = scopeFor(access, caller);
      access.store.preferences.set(place, preferenceOf.model(target.engine.id), chosen);
      return show(target, access, caller, view);
    });
  },
  tell: (output) => ({
    body: output.isChanged ? changedText(output) : shownText(output),
    ...(output.run !== null && { runId: output.run }),
    receipt: output.model ?? DEFAULT,
    buttons: buttonsOf(output),
  }),
});

function targetOf(
  access: Access,
  caller: Caller,
  { session, engine }: { readonly session: string | undefined; readonly engine: string | undefined },
): Target {
  const isReply = session === undefined && engine === undefined && caller.place.reply !== undefined;
  if (session !== undefined || isReply) {
    const thread = findThread(access, session, caller);
    return { engine: thread.engine, project: thread.run.project ?? undefined, thread };
  }
  const scope = scopeFor(access, caller);
  const project = scope.settings.context()?.context.project;
  return { engine: engineFor(access, scope, engine), project, thread: undefined };
}

async function show(
  { engine, project, thread }: Target,
  access: Access,
  caller: Caller,
  view: Pick<Output, "isChanged" | "page">,
): Promise<Output> {
  const { kind, settings } = scopeFor(access, caller);
  const presets = thread ? thread.run.presets : namesIn(settings.presets());
  const preset = presetsFor(presets, engine, access);
  const present = settings.model({ engine, project, session: thread?.session, preset });
  const scope = thread ? "session" : kind;
  const { models, problem } = await list(access.bridge.threads, engine, project);
  return {
    ...{ engine: engine.id, label: engine.label, run: thread?.run.id ?? null, scope },
    ...{ model: present?.value ?? null, origin: originOf(present), isChosen: present?.layer === scope },
    isByPreset: present?.layer === "preset",
    ...{ models: [...models], problem, ...view },
  };
}

/** An engine that cannot list its models can still be told one. */
async function list(
  threads: Threads,
  engine: Engine,
  project: string | undefined,
): Promise<{ readonly models: readonly string[]; readonly problem: string | null }> {
  try {
    return { models: await threads.models(engine, project ?? null), problem: null };
  } catch (error) {
    if (error instanceof UserError) return { models: [], problem: error.userText };
    throw error;
  }
}

function changedText({ label, scope, model: chosen, isByPreset }: Output): string {
  const who = scope === "session" ? "this session" : `${label} in this ${scope}`;
  if (isByPreset) return `Noted, but ${who} keeps using ${inlineCode(chosen ?? "")}, which its preset sets.`;
  if (chosen === null) return `From its next task on ${who} uses its own model.`;
  return `From its next task on ${who} uses ${inlineCode(chosen)}.`;
}

function shownText({ label, scope, model: present, origin, models, problem }: Output): string {
  const what = scope === "session" ? "Model of this session" : `Model of ${label} in this ${scope}`;
  const value = present === null ? "not set" : inlineCode(present);
  const how = "`/model <id>` chooses one; as a reply to a message of a session it is for that session alone.";
  const none = models.length > 0 ? [] : [problem ?? `${label} names no models.`];
  return [`${what}: ${value} (${origin}).`, ...none, how].join("\n\n");
}

function buttonsOf({ engine, run, model: present, isChosen, models, page }: Output): OperationButton[][] {
  const target = run === null ? { engine } : { session: run };
  const last = Math.max(0, Math.ceil(models.length / PAGE) - 1);
  const at = Math.min(page, last);
  const shown = models.slice(at * PAGE, (at + 1) * PAGE);
  const turn = (label: string, to: number) => ({ label, operation: "model", input: { ...target, page: to } });
  const pages = [
    ...(at > 0 ? [turn("‹", at - 1)] : []),
    ...(last > 0 ? [turn(`${at + 1} of ${last + 1}`, at)] : []),
    ...(at < last ? [turn("›", at + 1)] : []),
  ];
  const options = shown.map((id) => ({
    label: id,
    isPresent: id === present,
    input: { ...target, model: id, ...(at > 0 && { page: at }) },
  }));
  const reset = isChosen ? { ...target, model: DEFAULT } : undefined;
  const rows = choiceButtons("model", options, { reset, perRow: 1 });
  return pages.length === 0 ? rows : rows.toSpliced(shown.length, 0, pages);
}

/** An engine that cannot list its models will say itself that it does not know one. */
async function requireKnown(threads: Threads, { engine, project }: Target, id: string): Promise<void> {
  // An engine may take it for a flag.
  if (/^-|\s/u.test(id)) {
    throw new UserError("A model's id has no space in it and no `-` at its beginning: write `/model <id>`.");
  }
  const { models } = await list(threads, engine, project);
  if (models.length === 0 || models.includes(id)) return;
  throw new UserError(`${engine.label} has no model ${inlineCode(id)}: \`/model\` lists those it has.`, {
    code: "not_found",
  });
}
