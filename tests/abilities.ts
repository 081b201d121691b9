import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { acpEngine } from "../runners/acp/index.ts";
import { engines } from "../runners/index.ts";
import type { Ability } from "../src/domain/run.ts";
import type { Engine } from "../src/engine/contract.ts";
import { casesTable } from "./engines/cases.ts";
import { pinnedEngines } from "./engines/pinned.ts";
import { toTable } from "./reference/table.ts";

const PAGE = fileURLToPath(new URL("../docs/reference/engines.md", import.meta.url));
const BEGIN = "<!-- abilities: made by `npx tsx tests/abilities.ts` -->";
const END = "<!-- /abilities -->";
const CASES_BEGIN = "<!-- cases: made by `npx tsx tests/abilities.ts` -->";
const CASES_END = "<!-- /cases -->";

/** What each ability is to whoever writes in the chat. */
const MEANINGS: Readonly<Record<Ability, string>> = {
  answer: "asks for approval and asks questions",
  steer: "takes a message in mid-turn",
  interrupt: "`/interrupt` ends the turn and keeps the session",
  compact: "`/compact`",
  fork: "`/fork`",
  undo: "`/undo`",
  rename: "`/name`",
  models: "`/model` lists models",
  goal: "`/goal`",
  brief: "`/brief` enters the session at once, not with the next prompt",
};
const ABILITIES = Object.keys(MEANINGS) as readonly Ability[];

/** The page of engines with the table in it that the engines' own declarations make. */
export const withAbilities = (page: string): string =>
  put(put(page, BEGIN, END, `${table()}\n\n${lacks()}`), CASES_BEGIN, CASES_END, casesTable());

function put(page: string, begin: string, end: string, made: string): string {
  const [before, rest] = page.split(`${begin}\n`);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error("The page has no place for the table.");
  return `${before}${begin}\n\n${made}\n\n${end}${after}`;
}

export const readPage = (): string => readFileSync(PAGE, "utf8");

const pinned = [...engines.filter(({ id }) => id in pinnedEngines), acpEngine("acp")];
const PROTOCOL = "1";
const versionOf = ({ id }: Engine) =>
  Object.entries(pinnedEngines).find(([name]) => name === id)?.[1].version ?? PROTOCOL;
const can = (engine: Engine, ability: Ability) => engine.can.includes(ability);

function table(): string {
  const rows = [
    ["interactive", ...pinned.map((engine) => `${engine.id} ${versionOf(engine)}`)],
    ...ABILITIES.map((ability) => [
      MEANINGS[ability],
      ...pinned.map((engine) => (can(engine, ability) ? "yes" : "no")),
    ]),
  ];
  return toTable(rows);
}

/** In words, so that nobody has to look for a "no" in the table. */
function lacks(): string {
  const sentences = pinned.flatMap((engine) => {
    const missing = ABILITIES.filter((ability) => !can(engine, ability));
    if (missing.length === 0) return [];
    return [`${engine.label} ${versionOf(engine)} lacks: ${missing.map((one) => MEANINGS[one]).join("; ")}.`];
  });
  return sentences.length > 0 ? sentences.join("\n") : "None of them lacks any of these.";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, withAbilities(readPage()));
