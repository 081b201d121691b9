import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openPlain, type Row } from "../../src/store/database.ts";
import { openStore } from "../../src/store/store.ts";
import { unpackFirstState } from "../helpers/first-state.ts";

function tablesOf(file: string): Map<string, Row[]> {
  const database = openPlain(file);
  try {
    const names = database.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    return new Map(names.map(({ name }) => [name, database.all(`SELECT * FROM ${name}`)]));
  } finally {
    database.close();
  }
}

test("a state file of the first version keeps every row and column, and its runs were asked for by messages", () => {
  const directory = mkdtempSync(join(tmpdir(), "takopi-first-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = unpackFirstState(directory);
  const before = tablesOf(file);
  const store = openStore(file);
  const runs = store.runs.recent(100);
  const asking = runs.find(({ prompt }) => prompt === "approve asking");
  store.close();
  const after = tablesOf(file);
  expect(before.get("runs")).toHaveLength(8);
  for (const [name, rows] of before) expect(after.get(name), name).toMatchObject(rows);
  expect(new Set(runs.map(({ origin }) => origin.type))).toEqual(new Set(["message"]));
  expect(asking).toMatchObject({ messageId: "7", process: { pid: 988, markId: expect.stringMatching(/^live-/) } });
});
