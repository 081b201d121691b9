import type { Engine } from "../engine/contract.ts";
import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import type { FileTable } from "./schema.ts";

/** Chat commands that a project's `/alias` would hide: those that there are, then those that Takopi has besides. */
const RESERVED = [
  ...(
    "send each steer brief cancel interrupt queue new sessions continue runs watch show diff approvals answer compact fork " +
    "undo name model models settings archive end schedule remind trigger goal usage projects engines policy help start"
  ).split(" "),
  ..."config doctor init plugins file agent reasoning topic ctx machines".split(" "),
];

/** Checks that a schema cannot make: names that must exist, and names and chats that must differ. */
export function brokenRules(table: FileTable, engines: readonly Engine[]): Problem[] {
  const ids = engines.map((engine) => engine.id);
  const problems: Problem[] = [];
  const demand = (holds: boolean, path: readonly string[], text: string) => {
    if (!holds) problems.push({ path, text });
  };

  const demandEngine = (name: string | undefined, path: readonly string[]) =>
    demand(name === undefined || isEngine(name, ids), path, unknownName(name ?? "", "engine", ids));
  demandEngine(table.default_engine, ["default_engine"]);

  const aliases = Object.keys(table.projects);
  const wanted = table.default_project;
  demand(
    wanted === undefined || aliases.some((alias) => sameName(alias, wanted)),
    ["default_project"],
    unknownName(wanted ?? "", "project", aliases),
  );

  for (const [name, { engine, project }] of Object.entries(table.schedules)) {
    demandEngine(engine, ["schedules", name, "engine"]);
    const isKnown = project === undefined || aliases.some((alias) => sameName(alias, project));
    demand(isKnown, ["schedules", name, "project"], unknownName(project ?? "", "project", aliases));
  }

  const names = new Map<string, string>();
  const chats = new Map<number, string>();
  const main = table.transports.telegram?.chat_id;
  if (main !== undefined) chats.set(main, "the main chat");
  for (const [alias, project] of Object.entries(table.projects)) {
    const path = ["projects", alias];
    const name = alias.toLowerCase();
    const { chat_id: chat } = project;
    const twin = names.get(name);
    const owner = chat === undefined ? undefined : chats.get(chat);
    demand(!ids.includes(name), path, "has the name of an engine; give the project another alias.");
    demand(!RESERVED.includes(name), path, "has the name of a chat command; give the project another alias.");
    demand(!twin, path, `differs from projects.${twin} in case only; give one of them another alias.`);
    demand(!owner, [...path, "chat_id"], `is ${chat}, which is ${owner} already; a chat belongs to one project.`);
    demandEngine(project.default_engine, [...path, "default_engine"]);
    for (const id of ids) {
      const { isolated } = (project[id] ?? {}) as { isolated?: unknown };
      demand(
        isolated === undefined,
        [...path, id, "isolated"],
        `stands in [${id}] for all projects: sessions lie there.`,
      );
    }
    names.set(name, alias);
    if (chat !== undefined) chats.set(chat, `projects.${alias}.chat_id`);
  }
  return problems;
}

/** Names of engines, projects and the like do not count case. */
export const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const isEngine = (name: string, ids: readonly string[]) => ids.some((known) => sameName(known, name));

function unknownName(name: string, kind: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const list = known.length > 0 ? `Available: ${known.join(", ")}` : `There is no ${kind} yet`;
  return `is "${name}", which is no known ${kind}. ${list}.${near ? ` Did you mean "${near}"?` : ""}`;
}
