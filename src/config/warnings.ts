import { isTable, type Table } from "../domain/table.ts";
import type { Engine } from "../engine/contract.ts";
import { checkOnce } from "./check-once.ts";
import type { FileTable } from "./schema.ts";

/** Keys that are accepted so that an existing file starts, but do nothing yet. */
export function idleKeys(table: FileTable): string[] {
  return table.plugins === undefined ? [] : ["[plugins]"];
}

/** New warnings for the main chat, as Markdown. */
export const warningNote = (warnings: readonly string[]): string =>
  ["Parts of the config do nothing here:", "", ...warnings.map((warning) => `- ${warning}`)].join("\n");

const GATES = "approvals allow deny allow_paths deny_paths allow_tools deny_tools remember".split(" ");

/** Says of each engine's table, and each project's, whose rules for approvals are never asked for: headless engines do not ask. */
export function idleGates(table: FileTable, engines: readonly Engine[]): string[] {
  const projects = Object.entries(table.projects);
  return engines.flatMap(({ id, options }) => {
    if (checkOnce(options, {}).data?.interactive) return [];
    const own = toTable(table[id]);
    const ofProjects = projects.map(([alias, project]) => [alias, toTable(project[id])] as const);
    const isUsed = own["interactive"] === true || ofProjects.some(([, over]) => over["interactive"] === true);
    return [
      ...(isUsed ? [] : gatesOf(own, id, id)),
      ...ofProjects.flatMap(([alias, over]) =>
        (over["interactive"] ?? own["interactive"]) === true ? [] : gatesOf(over, `projects.${alias}.${id}`, id),
      ),
    ];
  });
}

function gatesOf(table: Table, path: string, id: string): string[] {
  const keys = GATES.filter((key) => table[key] !== undefined).map((key) => `${path}.${key}`);
  if (keys.length === 0) return [];
  return [`${keys.join(", ")} gates nothing: ${id} runs headless, and asks only with ${path}.interactive = true.`];
}

const toTable = (value: unknown): Table => (isTable(value) ? value : {});
