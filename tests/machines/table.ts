import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** What became of a task when something was killed at a step. */
export interface Row {
  readonly who: string;
  readonly step: string;
  readonly outcome: string;
}

const page = fileURLToPath(new URL("../../docs/explanation/machines.md", import.meta.url));
const PART = /(<!-- deaths: made by `DEATHS=write npm run test:machines` -->\n\n)([\s\S]*?)(\n*<!-- \/deaths -->)/;

/** Compares the table of the docs with what was seen, or writes it. Steps that were not tried stay as they are. */
export function checkTable(rows: readonly Row[]): void {
  const text = readFileSync(page, "utf8");
  expect(text).toMatch(PART);
  const old = PART.exec(text)?.[2]?.split("\n").slice(2) ?? [];
  const seen = rows.map(({ who, step, outcome }) => `| ${who} | \`${step}\` | ${outcome} |`);
  if (process.env["DEATHS"] === "write") {
    const table = ["| killed | when the log says | the task is |", "| --- | --- | --- |", ...seen].join("\n");
    writeFileSync(
      page,
      text.replace(PART, (_, begin, __, end) => `${begin}${table}\n\n${end.trim()}`),
    );
    return;
  }
  const cells = (line: string) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .join("|");
  const known = old.map(cells);
  expect(seen.map(cells).filter((line) => !known.includes(line))).toEqual([]);
}
