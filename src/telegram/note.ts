import type { Config } from "../config/config.ts";
import type { Engine, EngineSetup, Probe } from "../engine/contract.ts";

export interface NoteParts {
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly version: string;
  /** Where runs without a project work. */
  readonly home: string;
  readonly setupOf: (engine: Engine) => EngineSetup;
}

/** What the main chat is told at a start: versions, engines, projects. Markdown. */
export async function startupNote({ config, engines, version, home, setupOf }: NoteParts): Promise<string> {
  const found = await Promise.all(engines.map(async (engine) => describe(engine, await engine.probe(setupOf(engine)))));
  const aliases = [...config.projects.keys()].sort((a, b) => a.localeCompare(b));
  const lines = [
    `**takopi ${version} is ready**`,
    `default engine: \`${config.default_engine}\``,
    `engines: ${found.join(", ")}`,
    `projects: ${aliases.length === 0 ? "none" : aliases.map((alias) => `\`${alias}\``).join(", ")}`,
    `works in: \`${home}\``,
  ];
  return lines.join("  \n");
}

function describe({ id }: Engine, { version, problems }: Probe): string {
  if (version === undefined) return `\`${id}\` (not installed)`;
  return `\`${id}\` ${version}${problems.length > 0 ? " (see `takopi doctor`)" : ""}`;
}
