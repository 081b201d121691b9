import { expect, test } from "vitest";
import { helpFor } from "../../src/cli/help.ts";
import { entries } from "../../src/cli/index.ts";
import { operationEntries } from "../../src/cli/operation.ts";
import { resolveCall } from "../../src/cli/resolve.ts";

const resolve = (...argv: string[]) => resolveCall(argv, entries, async () => ["pi", "codex"]);

test.each([
  [[], "run", []],
  [["--debug"], "run", ["--debug"]],
  [["codex"], "run", ["codex"]],
  [["--record", "doctor"], "run", ["--record", "doctor"]],
  [["--record", "here", "codex"], "run", ["--record", "here", "codex"]],
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
  [["config", "gte", "a"], 'Unknown config command "gte"; did you mean get?'],
  [["config"], "takopi config needs one of: path, list, get, set, unset."],
])("%j is refused", async (argv, message) => {
  await expect(resolve(...argv)).rejects.toMatchObject({ name: "ConfigError", message });
});

test("a word like none of them is refused with all there are", async () => {
  const known = [...new Set(entries.map(({ name }) => name.split(" ")[0])), "pi", "codex"].join(", ");
  await expect(resolve("wurstbrot")).rejects.toThrow(`Unknown command "wurstbrot"; known: ${known}.`);
});

const LISTED = { entries, operations: operationEntries, version: "1.2.3" };

test("the help names every command, and every operation that no command hides", async () => {
  const help = await helpFor([], LISTED);
  for (const { name, description } of [...entries, ...operationEntries.filter(({ name }) => name === "send")])
    expect(help).toMatch(new RegExp(`^  ${name} +${description.slice(0, 20)}`, "m"));
});

test("the help of a command begins at the left, without colours, and names its arguments and flags", async () => {
  expect(await helpFor(["config", "get"], LISTED)).toBe(`Print one value.

Usage
  takopi config get <key> [flags]

Arguments
  key  Such as limits.parallel_runs

Flags
  --config <path>  Config file to use
  --debug          Log everything, also to debug.log beside the config`);
});

test("the help of a group names its commands, and only these", async () => {
  expect(await helpFor(["config"], LISTED)).toMatch(/^takopi config <command>\n\nCommands\n {2}config path /);
  expect(await helpFor(["config"], LISTED)).not.toContain("doctor");
  await expect(helpFor(["confg"], LISTED)).rejects.toThrow("did you mean config?");
});

test.each(entries.map((entry) => [entry.name, entry] as const))("%s can be loaded", async (_name, entry) => {
  const { command } = await entry.load();
  expect(Object.keys(command.args)).toEqual(expect.arrayContaining(["config", "debug"]));
});
