import { type Settings, scopeOf, settingsOf } from "../bridge/settings.ts";
import { presetOptions } from "../config/presets.ts";
import type { Layer, Setting } from "../domain/settings.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError } from "../errors.ts";
import type { PreferencePlace } from "../store/preferences.ts";
import type { Access, Caller } from "./operation.ts";

/** The conversation whose settings an operation shows and changes. */
export interface Scope {
  readonly place: PreferencePlace;
  readonly kind: "topic" | "chat";
  readonly settings: Settings;
}

export function scopeFor(access: Access, { place }: Caller): Scope {
  const scope = scopeOf(place, access.config);
  return { place: scope, kind: scope.topicId == null ? "chat" : "topic", settings: settingsOf(place, access) };
}

/** The engine of this id, or else of the conversation. */
export function engineFor({ engines }: Access, { settings }: Scope, id: string | undefined): Engine {
  const wanted = id ?? settings.engine(settings.context()?.context.project).value;
  const engine = engines.find((one) => one.id === wanted.toLowerCase());
  if (engine) return engine;
  const names = engines.map((one) => `\`${one.id}\``).join(", ");
  throw new UserError(`There is no engine \`${wanted}\` here; there are ${names}.`, { code: "not_found" });
}

type EngineParts = Pick<Access, "bridge" | "config" | "engines">;

/** The ids of engines that are not where the tasks of a project run; without a project, not where any task runs. */
export function missingEngines(
  { bridge, config, engines }: EngineParts,
  project: string | undefined,
): readonly string[] {
  const places = project === undefined ? [{}, ...[...config.projects.keys()].map(inProject)] : [inProject(project)];
  const isMissing = (id: string) => places.every((place) => bridge.isInstalled(id, place) === false);
  return engines.map(({ id }) => id).filter(isMissing);
}

const inProject = (project: string) => ({ project });

/** What presets set for an engine; nothing if they cannot hold, since that refuses the task itself. */
export function presetsFor(names: readonly string[], engine: Engine, { config }: Access): Record<string, string> {
  try {
    return presetOptions(names, engine, config);
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

const ORIGIN: Readonly<Record<Layer, string>> = {
  session: "chosen for this session",
  preset: "from the preset",
  topic: "chosen for this topic",
  chat: "chosen for this chat",
  project: "from the project's config",
  global: "from the config",
};

/** Where a value comes from, in words. */
export const originOf = (setting: Pick<Setting, "layer"> | undefined, nothing = "the engine's own"): string =>
  setting === undefined ? nothing : ORIGIN[setting.layer];

/**
 * Makes a change that concerns everybody in a group: there only its administrators may. At once if nobody has to be
 * asked.
 *
 * @throws UserError for those who may not.
 */
export function changeFor<T>({ chats }: Access, { surface, place }: Caller, change: () => T): T | Promise<T> {
  const { chatId, userId, isPrivate } = place;
  if (surface !== "chat" || isPrivate) return change();
  if (userId === undefined) {
    throw new UserError("Nobody can tell who you are: write under your own name to change settings.", {
      code: "not_allowed",
    });
  }
  return chats.isAdmin(chatId, userId).then((isAdmin) => {
    if (isAdmin) return change();
    throw new UserError("Only administrators of this group may change its settings.", { code: "not_allowed" });
  });
}
