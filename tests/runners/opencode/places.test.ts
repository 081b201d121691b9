import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configDirectory, dataDirectory, hasDatabase } from "../../../runners/opencode/places.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "opencode-home-"));
  mkdirSync(join(home, ".local/share/opencode"), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

test("the directories are those of the XDG variables, else of the home directory", () => {
  expect(configDirectory({ HOME: "/home/dev" })).toBe("/home/dev/.config/opencode");
  expect(dataDirectory({ HOME: "/home/dev" })).toBe("/home/dev/.local/share/opencode");
  expect(configDirectory({ HOME: "/home/dev", XDG_CONFIG_HOME: "/config" })).toBe("/config/opencode");
  expect(dataDirectory({ HOME: "/home/dev", XDG_DATA_HOME: "/data" })).toBe("/data/opencode");
});

test.each(["opencode.db", "opencode-dev.db"])("%s is a database of opencode", (name) => {
  expect(hasDatabase({ HOME: home })).toBe(false);
  writeFileSync(join(home, ".local/share/opencode", name), "");
  expect(hasDatabase({ HOME: home })).toBe(true);
});

test("a data directory that is not there holds none", () => {
  expect(hasDatabase({ HOME: join(home, "nobody") })).toBe(false);
});

test("a database may be named, by its path or in the data directory", () => {
  writeFileSync(join(home, ".local/share/opencode/mine.sqlite"), "");
  expect(hasDatabase({ HOME: home, OPENCODE_DB: "mine.sqlite" })).toBe(true);
  expect(hasDatabase({ HOME: home, OPENCODE_DB: join(home, ".local/share/opencode/mine.sqlite") })).toBe(true);
  expect(hasDatabase({ HOME: home, OPENCODE_DB: join(home, "other.sqlite") })).toBe(false);
  expect(hasDatabase({ HOME: home, OPENCODE_DB: ":memory:" })).toBe(true);
});
