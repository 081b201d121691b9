import type { Config } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import { narrowRules } from "../domain/narrowing.ts";
import type { Engine, Probe } from "../engine/contract.ts";
import { readDiff } from "./diff.ts";
import { judgeAsked } from "./judge.ts";
import type { Lookups } from "./lookups.ts";
import { narrowingOf } from "./narrowing.ts";

export interface LookParts {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory of runs without a project. */
  readonly home: string;
  /** @throws UserError if there is none of this name. */
  readonly engine: (id: string) => Engine;
  readonly onProbed: (engine: string, found: Probe) => void;
}

/** Reads something of this machine. */
export const look = <Name extends keyof Lookups>(
  name: Name,
  input: Lookups[Name]["input"],
  parts: LookParts,
): Promise<Lookups[Name]["output"]> => readers[name](input, parts);

type Readers = {
  readonly [Name in keyof Lookups]: (
    input: Lookups[Name]["input"],
    parts: LookParts,
  ) => Promise<Lookups[Name]["output"]>;
};

const readers: Readers = {
  // Others are known to whoever drives them.
  machines: async () => [],
  diff: ({ cwd, project, branch }, { config, env }) =>
    readDiff({ path: cwd, env }, branch === undefined ? undefined : config.projects.get(project ?? "")),
  probe: async ({ engine: id }, { config, env, engine, onProbed }) => {
    const found = await engine(id).probe({ options: engineOptions(config, engine(id), undefined), env });
    onProbed(id, found);
    return found;
  },
  judge: async ({ engine: id, project: alias, ...asked }, { config, engine, env, home }) => {
    const project = config.projects.get(alias ?? "");
    const directory = project?.path ?? home;
    const rules = narrowRules(engineOptions(config, engine(id), project), await narrowingOf([directory]));
    return judgeAsked(asked, { path: directory, env }, rules);
  },
};
