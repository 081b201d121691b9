import { expect, test } from "vitest";
import { generalHelp } from "../../src/cli/help.ts";
import { entries } from "../../src/cli/index.ts";
import { resolveCall } from "../../src/cli/resolve.ts";

const resolve = (...argv: string[]) => resolveCall(argv, entries, async () => ["pi", "codex"]);

test.each([
  [[], "run", []],
  [["--debug"], "run", ["--debug"]],
  [["codex"], "run", ["codex"]],
  [["doctor", "--json"], "doctor", ["--json"]],
  [["--config", "doctor", "runs"], "runs", ["--config", "doctor"]],
  [["config", "get", "a.b"], "config get", ["a.b"]],
  [["config", "--config", "x", "set", "a", "-5"], "config set", ["--config", "x", "a", "-5"]],
])("%j calls %s with %j", async (argv, name, rest) => {
  const call = await resolve(...argv);
  expect(call.entry.name).toBe(name);
  expect(call.argv).toEqual(rest);
});

test.each([
  [["docter"], 'Unknown command "docter"; did you mean doctor?'],
  [["codx"], 'Unknown command "codx"; did you mean codex?'],
  [
    ["wurstbrot"],
    'Unknown command "wurstbrot"; known: run, demo, init, doctor, engines, runs, replay, config, pi, codex.',
  ],
  [["config", "gte", "a"], 'Unknown config command "gte"; did you mean get?'],
  [["config"], "takopi config needs one of: path, list, get, set, unset."],
])("%j is refused", async (argv, message) => {
  await expect(resolve(...argv)).rejects.toMatchObject({ name: "ConfigError", message });
});

test("the help names every command", () => {
  const help = generalHelp(entries, "1.2.3");
  for (const { name, description } of entries)
    expect(help).toMatch(new RegExp(`^  ${name} +${description.slice(0, 20)}`, "m"));
});

test.each(entries.map((entry) => [entry.name, entry] as const))("%s can be loaded", async (_name, entry) => {
  const { command } = await entry.load();
  expect(Object.keys(command.args)).toEqual(expect.arrayContaining(["config", "debug"]));
});
