import type { Config, Project } from "../config/config.ts";
import { presetEngine } from "../config/presets.ts";
import { hasTopics } from "../config/topics.ts";
import { type Context, parseContext } from "../domain/context.ts";
import { type Layer, type Setting, strongest } from "../domain/settings.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError } from "../errors.ts";
import type { PreferencePlace } from "../store/preferences.ts";
import type { Store } from "../store/store.ts";

export interface SettingsParts {
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly store: Pick<Store, "preferences" | "threads">;
  /** `takopi <engine>`: over the configured default. */
  readonly engineOverride?: string | undefined;
}

/** Settings of an engine that a conversation decides, unless the session decides for itself. */
interface EngineUse {
  readonly engine: Engine;
  readonly project: string | undefined;
  readonly session?: string | undefined;
  /** The engine options that the session's presets set. */
  readonly preset?: Readonly<Record<string, string>> | undefined;
}

/** The settings of one conversation as they are now; `SETTINGS` says what sets each. */
export interface Settings {
  /** @throws UserError for a project that is not configured any more. */
  context(): { readonly context: Context; readonly layer: Layer } | undefined;
  engine(project: string | undefined): Setting;
  /** Names of presets with a space between; undefined if nobody has chosen any. */
  presets(): Setting | undefined;
  /** undefined: what the engine itself has. */
  model(use: EngineUse): Setting | undefined;
  /** undefined: what the engine itself has. */
  reasoning(use: EngineUse): Setting | undefined;
  trigger(): Setting;
}

/** The names under which choices are stored. */
export const preferenceOf = {
  context: "context",
  engine: "engine",
  presets: "presets",
  trigger: "trigger",
  model: (engine: string) => `model:${engine}`,
  reasoning: (engine: string) => `reasoning:${engine}`,
};

/** The place of a choice that is made here: the topic if topics are served here, else the chat. */
export const scopeOf = ({ chatId, topicId }: PreferencePlace, config: Config): PreferencePlace =>
  hasTopics(config, chatId) ? { chatId, topicId } : { chatId };

export function settingsOf(place: PreferencePlace, parts: SettingsParts): Settings {
  const { config, engines, store, engineOverride } = parts;
  const { chatId, topicId } = scopeOf(place, config);
  const chosen = (name: string) => ({
    topic: topicId == null ? undefined : store.preferences.get({ chatId, topicId }, name),
    chat: store.preferences.get({ chatId }, name),
  });
  const configured = ({ engine, project }: EngineUse, key: string) => ({
    project: textIn(config.projects.get(project ?? "")?.engines[engine.id], key),
    global: textIn(config.engines[engine.id], key),
  });
  const presets = () => strongest(chosen(preferenceOf.presets));
  return {
    presets,
    context: () => {
      const own = [...config.projects.values()].find(({ chat_id }) => String(chat_id) === chatId)?.alias;
      const found = strongest({ ...chosen(preferenceOf.context), project: own, global: config.default_project });
      return found && { context: toContext(found.value, config), layer: found.layer };
    },
    engine: (project) => {
      const { topic, chat } = chosen(preferenceOf.engine);
      const known = (id: string | undefined) => (engines.some((one) => one.id === id) ? id : undefined);
      const inForce = presets();
      const byPreset = known(presetEngine(namesIn(inForce), config));
      const byProject = config.projects.get(project ?? "")?.default_engine;
      const fallback: Setting = { value: engineOverride ?? config.default_engine, layer: "global" };
      const own = { topic: known(topic), chat: known(chat), project: byProject };
      return strongest({ ...own, ...(inForce && byPreset && { [inForce.layer]: byPreset }) }) ?? fallback;
    },
    model: (use) => {
      const { engine, session, preset } = use;
      const bySession = session === undefined ? undefined : store.threads.model(engine.id, session);
      const byPreset = textIn(preset, "model");
      const others = { ...chosen(preferenceOf.model(engine.id)), ...configured(use, "model") };
      return strongest({ session: bySession, preset: byPreset, ...others });
    },
    reasoning: (use) => {
      const { reasoning, id } = use.engine;
      if (!reasoning) return undefined;
      const preset = textIn(use.preset, reasoning.option);
      return strongest({ preset, ...chosen(preferenceOf.reasoning(id)), ...configured(use, reasoning.option) });
    },
    trigger: () => strongest(chosen(preferenceOf.trigger)) ?? { value: "all", layer: "global" },
  };
}

/** The names of presets in a choice. */
export const namesIn = (presets: Setting | undefined): readonly string[] => presets?.value.split(" ") ?? [];

function toContext(written: string, config: Config): Context {
  const context = parseContext(`ctx: ${written}`);
  const project = context && findProject(context.project, config);
  if (context && project) return { project: project.alias, branch: context.branch };
  throw new UserError(
    `This conversation is bound to \`${written}\`, whose project is not in the config any more: \`/ctx set <project>\` binds it to another one, \`/ctx clear\` to none.`,
  );
}

export function findProject(name: string, config: Config): Project | undefined {
  return [...config.projects.values()].find(({ alias }) => alias.toLowerCase() === name.toLowerCase());
}

function textIn(table: unknown, key: string): string | undefined {
  const value = typeof table === "object" && table !== null ? Reflect.get(table, key) : undefined;
  return typeof value === "string" ? value : undefined;
}
