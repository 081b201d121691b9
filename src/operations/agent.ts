import { z } from "zod";
import { namesIn, preferenceOf } from "../bridge/settings.ts";
import { presetEngine } from "../config/presets.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";
import { choice, choiceButtons, DEFAULT, optionRows } from "./choice.ts";
import { type Access, type Caller, defineOperation, type OperationButton } from "./operation.ts";
import { changeFor, engineFor, missingEngines, originOf, scopeFor } from "./scope.ts";

const names = z.array(z.string());

const Output = z.object({
  scope: z.enum(["topic", "chat"]),
  engine: z.string(),
  origin: z.string(),
  /** In force, in their order. */
  presets: names,
  isChanged: z.boolean(),
  /** Whether the topic or chat itself has chosen. */
  isChosen: z.boolean(),
  engines: names,
  /** Of no use here until they are installed. */
  missing: names,
  knownPresets: names,
});
type Output = z.infer<typeof Output>;

export const agent = defineOperation({
  name: "agent",
  summary: "show or choose the engine and the presets of this chat or topic",
  input: z.strictObject({
    engine: choice.describe("an engine, presets, or both; default takes the choice back"),
    presets: names.optional().describe("all presets that are to count, none included"),
  }),
  output: Output,
  argument: "engine",
  intent: "write",
  idempotent: true,
  examples: [{}, { engine: "codex" }],
  run: (access, { engine: words = "", presets }, caller) => {
    if (words === "" && presets === undefined) return show(access, caller, false);
    const change = changeIn(access, caller, words, presets);
    return changeFor(access, caller, () => {
      change();
      return show(access, caller, true);
    });
  },
  tell: (output) => ({
    body: bodyOf(output),
    receipt: [output.engine, ...output.presets].join(" + "),
    buttons: buttonsOf(output),
  }),
});

/** The change that the words mean. @throws UserError for a word that names nothing. */
function changeIn(access: Access, caller: Caller, words: string, given: readonly string[] | undefined): () => void {
  const { config, store } = access;
  const { place, ...scope } = scopeFor(access, caller);
  const set = (name: string, value: string | undefined) => store.preferences.set(place, name, value);
  if (words === DEFAULT) {
    return () => {
      set(preferenceOf.engine, undefined);
      set(preferenceOf.presets, undefined);
    };
  }
  const presetOf = (word: string) => [...config.presets.keys()].find((name) => name === word.toLowerCase());
  const all = words.split(/\s+/).filter((word) => word !== "");
  const [id, another] = all.filter((word) => presetOf(word) === undefined);
  if (another !== undefined) throw new UserError(`That names two engines, ${id} and ${another}: choose one of them.`);
  const engine = id === undefined ? undefined : engineFor(access, { ...scope, place }, id).id;
  const named = given === undefined ? all.flatMap((word) => presetOf(word) ?? []) : known(given, presetOf);
  const isSaid = given !== undefined || named.length > 0;
  // An engine alone takes back the presets of another one.
  const kept = namesIn(scope.settings.presets()).filter((one) =>
    [undefined, engine].includes(presetEngine([one], config)),
  );
  const presets = isSaid || engine === undefined ? named : kept;
  return () => {
    if (engine !== undefined) set(preferenceOf.engine, engine);
    set(preferenceOf.presets, presets.length === 0 ? undefined : [...new Set(presets)].join(" "));
  };
}

const known = (given: readonly string[], presetOf: (word: string) => string | undefined) =>
  given
    .filter((word) => word !== "")
    .map((word) => {
      const name = presetOf(word);
      if (name !== undefined) return name;
      throw new UserError(`There is no preset ${inlineCode(word)}.`, { code: "not_found" });
    });

function show(access: Access, caller: Caller, isChanged: boolean): Output {
  const { kind, settings } = scopeFor(access, caller);
  const project = settings.context()?.context.project;
  const engine = settings.engine(project);
  const presets = settings.presets();
  const missing = missingEngines(access, project);
  return {
    ...{ scope: kind, engine: engine.value, origin: originOf(engine), isChanged, presets: [...namesIn(presets)] },
    isChosen: engine.layer === kind || presets?.layer === kind,
    engines: access.engines.map(({ id }) => id).filter((id) => !missing.includes(id)),
    missing: [...missing],
    knownPresets: [...access.config.presets.keys()],
  };
}

function bodyOf({ scope, engine, origin, presets, isChanged, missing }: Output): string {
  const list = presets.map(inlineCode).join(", ");
  const more = list === "" ? "" : `, with the preset${presets.length > 1 ? "s" : ""} ${list}`;
  const now = isChanged
    ? `New sessions of this ${scope} use ${inlineCode(engine)} from now on${more}.`
    : `Engine of new sessions in this ${scope}: ${inlineCode(engine)} (${origin})${more}.`;
  if (missing.includes(engine)) return `${now} It is not installed: \`/engines\` looks again.`;
  const others = missing.map(inlineCode).join(", ");
  return others === "" || isChanged ? now : `${now}\n\nNot installed: ${others} (\`/engines\` looks again).`;
}

/** More have no room as buttons. */
const SHOWN_PRESETS = 24;

/** A preset is added or taken out by its button. */
function buttonsOf({ engine, engines, presets, knownPresets, isChosen }: Output): OperationButton[][] {
  const options = engines.map((id) => ({ label: id, isPresent: id === engine, input: { engine: id } }));
  const stacked = knownPresets.slice(0, SHOWN_PRESETS).map((name) => {
    const isPresent = presets.includes(name);
    const next = isPresent ? presets.filter((one) => one !== name) : [...presets, name];
    return { label: `/${name}`, isPresent, input: { presets: next } };
  });
  return [
    ...optionRows("agent", options),
    ...optionRows("agent", stacked),
    ...choiceButtons("agent", [], { reset: isChosen ? { engine: DEFAULT } : undefined }),
  ];
}
