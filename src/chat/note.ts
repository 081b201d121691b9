import type { Config } from "../config/config.ts";
import type { Engine, EngineSetup, Probe } from "../engine/contract.ts";
import type { Document } from "./document.ts";
import { code, type Inline, lines, text } from "./markdown/tree.ts";

export interface NoteParts {
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly version: string;
  /** Where runs without a project work. */
  readonly home: string;
  readonly setupOf: (engine: Engine) => EngineSetup;
}

/** What the main chat is told at a start: versions, engines, projects. */
export async function startupNote({ config, engines, version, home, setupOf }: NoteParts): Promise<Document> {
  const found = await Promise.all(engines.map(async (engine) => describe(engine, await engine.probe(setupOf(engine)))));
  const aliases = [...config.projects.keys()].sort((a, b) => a.localeCompare(b)).map((alias) => [code(alias)]);
  const note = lines([
    [{ type: "bold", children: [text(`takopi ${version} is ready`)] }],
    [text("default engine: "), code(config.default_engine)],
    [text("engines: "), ...commaSeparated(found)],
    [text("projects: "), ...(aliases.length === 0 ? [text("none")] : commaSeparated(aliases))],
    [text("works in: "), code(home)],
  ]);
  return { body: [note] };
}

function describe({ id }: Engine, { path, version, problems }: Probe): readonly Inline[] {
  if (path === undefined) return [code(id), text(" (not installed)")];
  const more = problems.length > 0 ? [text(" (see "), code("takopi doctor"), text(")")] : [];
  return [code(id), text(version === undefined ? "" : ` ${version}`), ...more];
}

const commaSeparated = (pieces: readonly (readonly Inline[])[]): readonly Inline[] =>
  pieces.flatMap((piece, index) => (index === 0 ? piece : [text(", "), ...piece]));
