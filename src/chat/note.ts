import type { Config } from "../config/config.ts";
import { visibleLine } from "../domain/visible.ts";
import type { Engine, Probe } from "../engine/contract.ts";
import type { Document } from "./document.ts";
import { code, type Inline, lines, text } from "./markdown/tree.ts";

export interface NoteParts {
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly version: string;
  /** The directory of runs without a project. */
  readonly home: string;
}

/** The engines' reports about themselves, by id; `slow`: nothing yet. */
export type Found = ReadonlyMap<string, Probe | "slow">;

/** The message to the main chat at a start. An engine that was not asked yet is only named. */
export function startupNote({ config, engines, version, home }: NoteParts, found: Found): Document {
  const aliases = [...config.projects.keys()]
    .sort((a, b) => a.localeCompare(b))
    .map((alias) => [code(visibleLine(alias))]);
  const note = lines([
    [{ type: "bold", children: [text(`takopi ${version} is ready`)] }],
    [text("default engine: "), code(config.default_engine)],
    [text("engines: "), ...commaSeparated(engines.map(({ id }) => describe(id, found.get(id))))],
    [text("projects: "), ...(aliases.length === 0 ? [text("none")] : commaSeparated(aliases))],
    [text("works in: "), code(visibleLine(home))],
  ]);
  return { body: [note] };
}

function describe(id: string, found: Probe | "slow" | undefined): readonly Inline[] {
  if (found === undefined) return [code(id)];
  if (found === "slow") return [code(id), text(" (slow to tell its version)")];
  const { path, version, problems } = found;
  if (path === undefined) return [code(id), text(" (not installed)")];
  const more = problems.length > 0 ? [text(" (see "), code("takopi doctor"), text(")")] : [];
  return [code(id), text(version === undefined ? "" : ` ${version}`), ...more];
}

const commaSeparated = (pieces: readonly (readonly Inline[])[]): readonly Inline[] =>
  pieces.flatMap((piece, index) => (index === 0 ? piece : [text(", "), ...piece]));
