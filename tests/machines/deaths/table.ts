import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** What became of a task when something was killed at a step. */
export interface Row {
  readonly step: string;
  readonly outcome: string;
}

const page = fileURLToPath(new URL("../../../docs/explanation/machines.md", import.meta.url));
const PART = /(<!-- deaths: made by `DEATHS=write npm run test:machines` -->\n\n)([\s\S]*?)(\n*<!-- \/deaths -->)/;

/** Compares the rows of the docs for `who` with what was seen, or writes them. Steps that were not tried stay as they are. */
export function checkTable(who: string, rows: readonly Row[]): void {
  const text = readFileSync(page, "utf8");
  const table = PART.exec(text)?.[2]?.split("\n") ?? [];
  expect(table.length).toBeGreaterThan(2);
  const seen = new Map(rows.map(({ step, outcome }) => [`| ${who} | \`${step}\` |`, outcome]));
  const known = new Map(
    table.slice(2).map((line) => /^(\| \S+ \| \S+ \|) (.*) \|$/.exec(line)?.slice(1) as [string, string]),
  );
  if (process.env["DEATHS"] === "write") {
    const lines = [...new Map([...known, ...seen])].map(([start, outcome]) => `${start} ${outcome} |`);
    writeFileSync(
      page,
      text.replace(PART, (_, begin, __, end) => begin + [...table.slice(0, 2), ...lines].join("\n") + end),
    );
    return;
  }
  for (const [start, outcome] of seen) expect(known.get(start), start).toBe(outcome);
}
