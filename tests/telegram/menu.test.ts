import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { operations } from "../../src/operations/index.ts";
import { menuOf } from "../../src/telegram/menu.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";

const engines = [scriptedEngine("alpha")];

/** The menu for projects of these names. */
function namesFor(aliases: readonly string[]): readonly string[] {
  const env = Object.fromEntries(aliases.map((alias) => [`TAKOPI__PROJECTS__${alias}__PATH`, "."]));
  const config = loadConfig({
    cwd: "/",
    env: { HOME: "/nowhere", TAKOPI__DEFAULT_ENGINE: "alpha", ...env },
    file: undefined,
    engines,
  });
  return menuOf(config, engines).map(({ command }) => command);
}

test("begins with engines and projects, in lower case, and leaves out names that Telegram refuses", () => {
  expect(namesFor(["Web", "my-shop"]).slice(0, 3)).toEqual(["alpha", "web", operations[0]?.name]);
});

test("holds a hundred entries at most, every command among them, however many projects there are", () => {
  const names = namesFor(Array.from({ length: 120 }, (_, index) => `p${index}`));
  expect(names).toHaveLength(100);
  expect(new Set(names).size).toBe(100);
  expect(names.slice(-operations.length)).toEqual(operations.map(({ name }) => name));
});
