import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import type { Engine } from "../engine/contract.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { Store } from "../store/store.ts";

/** How an engine is to be run: where, and in which session, if that is known. */
export interface RunPlace {
  readonly engine: Engine;
  readonly project: string | null;
  readonly session: string | null | undefined;
}

/** Whether what the project's repository brings may run; outside of projects nothing may. */
export const isTrusted = (config: Config, project: string | null): boolean =>
  project !== null && config.projects.get(project)?.trusted === true;

/** The options of the config, with the model that was chosen for the session over them. */
export function optionsOf(
  { engine, project, session }: RunPlace,
  { config, store }: { readonly config: Config; readonly store: Store },
): EngineOptions {
  const options = engineOptions(config, engine, project === null ? undefined : config.projects.get(project));
  const model = session ? store.threads.model(engine.id, session) : undefined;
  return model === undefined ? options : { ...options, model };
}
