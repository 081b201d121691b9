import { z } from "zod";
import { namesIn, preferenceOf } from "../bridge/settings.ts";
import { inlineCode } from "../domain/inline-code.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError } from "../errors.ts";
import { choice, choiceButtons, DEFAULT } from "./choice.ts";
import { type Access, type Caller, defineOperation } from "./operation.ts";
import { changeFor, engineFor, originOf, presetsFor, scopeFor } from "./scope.ts";
import { splitEngine } from "./split-engine.ts";

const Output = z.object({
  scope: z.enum(["topic", "chat"]),
  engine: z.string(),
  label: z.string(),
  level: z.string().nullable(),
  origin: z.string(),
  isChanged: z.boolean(),
  isChosen: z.boolean(),
  isByPreset: z.boolean(),
  levels: z.array(z.string()),
});

export const reasoning = defineOperation({
  name: "reasoning",
  summary: "show or choose how much the model thinks in this chat or topic",
  input: z.strictObject({ engine: z.string().optional(), level: choice }),
  output: Output,
  argument: "level",
  intent: "write",
  idempotent: true,
  examples: [{}, { level: "high" }, { level: "codex default" }],
  run: (access, input, caller) => {
    const scope = scopeFor(access, caller);
    const { engine: id, value: level } = splitEngine(input.level, input.engine, access.engines);
    const engine = engineFor(access, scope, id);
    if (level === undefined) return show(engine, access, caller, false);
    const levels = levelsOf(engine);
    if (level !== DEFAULT && !levels.includes(level)) {
      const known = levels.map(inlineCode).join(", ");
      throw new UserError(`${engine.label} has no level ${inlineCode(level)}; it has ${known}.`, { code: "not_found" });
    }
    return changeFor(access, caller, () => {
      const chosen = level === DEFAULT ? undefined : level;
      access.store.preferences.set(scope.place, preferenceOf.reasoning(engine.id), chosen);
      return show(engine, access, caller, true);
    });
  },
  tell: ({ scope, engine, label, level, origin, isChanged, isChosen, isByPreset, levels }) => ({
    body: isChanged
      ? changedText(label, level, isByPreset)
      : `Reasoning of ${label} in this ${scope}: ${level === null ? "not set" : inlineCode(level)} (${origin}).`,
    receipt: level ?? DEFAULT,
    buttons: choiceButtons(
      "reasoning",
      levels.map((one) => ({ label: one, isPresent: one === level, input: { engine, level: one } })),
      { reset: isChosen ? { engine, level: DEFAULT } : undefined },
    ),
  }),
});

function changedText(label: string, level: string | null, isByPreset: boolean): string {
  const named = level === null ? "its own level" : `level ${inlineCode(level)}`;
  if (isByPreset) return `Noted, but ${label} keeps thinking here at ${named}, which its preset sets.`;
  return `From its next task on ${label} thinks here at ${named}.`;
}

function levelsOf({ label, reasoning: has }: Engine): readonly string[] {
  if (has) return has.levels;
  throw new UserError(`${label} has no levels of reasoning to choose from.`);
}

/** @throws UserError for an engine without levels. */
function show(engine: Engine, access: Access, caller: Caller, isChanged: boolean): z.infer<typeof Output> {
  const { kind, settings } = scopeFor(access, caller);
  const levels = [...levelsOf(engine)];
  const preset = presetsFor(namesIn(settings.presets()), engine, access);
  const level = settings.reasoning({ engine, project: settings.context()?.context.project, preset });
  return {
    ...{ scope: kind, engine: engine.id, label: engine.label, level: level?.value ?? null, origin: originOf(level) },
    ...{ isChanged, isChosen: level?.layer === kind, isByPreset: level?.layer === "preset", levels },
  };
}
