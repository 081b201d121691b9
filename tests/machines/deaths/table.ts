import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** What became of a task when something happened at a step. */
export interface Row {
  readonly step: string;
  /** The cells behind it. */
  readonly outcome: string;
}

const page = fileURLToPath(new URL("../../../docs/explanation/machines.md", import.meta.url));

/**
 * Compares the rows that a table of the docs has for `who` with what was seen, or writes them. Steps that were not tried
 * stay as they are.
 */
export function checkTable(name: "deaths" | "cuts", who: string, rows: readonly Row[]): void {
  const text = readFileSync(page, "utf8");
  const part = new RegExp(
    `(<!-- ${name}: made by \`DEATHS=write npm run test:machines\` -->\n\n)([\\s\\S]*?)(\n*<!-- /${name} -->)`,
  );
  const table = part.exec(text)?.[2]?.split("\n") ?? [];
  expect(table.length).toBeGreaterThan(1);
  const seen = new Map(rows.map(({ step, outcome }) => [`| ${who} | ${step} |`, outcome]));
  const known = new Map(
    table.slice(2).map((line) => /^(\| [^|]+ \| [^|]+ \|) (.*) \|$/.exec(line)?.slice(1) as [string, string]),
  );
  if (process.env["DEATHS"] === "write") {
    const lines = [...new Map([...known, ...seen])].map(([start, outcome]) => `${start} ${outcome} |`);
    const made = [...table.slice(0, 2), ...lines].join("\n");
    writeFileSync(
      page,
      text.replace(part, (_, begin, __, end) => begin + made + end),
    );
    return;
  }
  for (const [start, outcome] of seen) expect(known.get(start), start).toBe(outcome);
}
