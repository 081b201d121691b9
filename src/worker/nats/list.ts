import type { Config } from "../../config/config.ts";
import { namedMachines } from "../../config/machines.ts";
import type { MachineFacts } from "../lookups.ts";
import { PROTOCOL } from "./names.ts";
import type { RollCall } from "./presence.ts";
import type { Beat } from "./schema.ts";

/** Every machine that the config names or that was heard, by name. */
export function listMachines(roll: RollCall, { projects }: Pick<Config, "projects">): readonly MachineFacts[] {
  return [...new Set([...namedMachines(projects), ...roll.machines])].sort().map((name): MachineFacts => {
    const { state, since, beat } = roll.of(name);
    return {
      ...{
        name,
        state,
        since,
        host: beat?.host,
        version: beat?.version,
        running: state === "up" ? (beat?.running ?? 0) : 0,
      },
      engines: beat?.engines.map(({ id, version }) => (version === undefined ? id : `${id} ${version}`)) ?? [],
      projects: beat?.projects ?? [],
      problems: beat ? problemsOf(name, beat, projects) : [],
    };
  });
}

/** The config decides who has a project: another machine that claims it too gets none of its tasks. */
function problemsOf(name: string, beat: Beat, projects: Config["projects"]): string[] {
  const own = [...projects.values()].filter(({ machine }) => machine === name).map(({ alias }) => alias);
  const twice = beat.projects.flatMap((alias) => {
    const owner = projects.get(alias);
    if (!owner || owner.machine === name) return [];
    return [
      `claims the project ${alias}, which is that of ${owner.machine ?? "the bridge's own machine"}: it is refused.`,
    ];
  });
  const missing = own.filter((alias) => !beat.projects.includes(alias));
  return [
    ...(beat.protocol === PROTOCOL
      ? []
      : [`takopi ${beat.version} there does not fit this bridge: update the older one.`]),
    ...twice,
    ...missing.map((alias) => `lacks the project ${alias}: add it to its config.`),
  ];
}
