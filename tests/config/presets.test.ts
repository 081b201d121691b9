import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { engineOptions, withPreset } from "../../src/config/engine-options.ts";
import { presetOptions } from "../../src/config/presets.ts";
import { load } from "./bench.ts";

const engine = (id: string) => {
  const found = engines.find((one) => one.id === id);
  if (!found) throw new Error(id);
  return found;
};

test("presets become options of the engine, under its own names, and instructions add up", () => {
  const directory = mkdtempSync(join(tmpdir(), "takopi-presets-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "rules.md");
  writeFileSync(file, "Two.\n");
  const config = load(`
[pi]
instructions = "Zero."
[presets.review]
reasoning_effort = "high"
instructions = "One."
instructions_file = "${file}"
[presets.strict]
instructions = "Three."
approvals = "deny"
`);
  const preset = presetOptions(["review", "strict"], engine("pi"), config);
  expect(preset).toEqual({ thinking: "high", approvals: "deny", instructions: "One.\n\nTwo.\n\nThree." });
  const options = withPreset(engineOptions(config, engine("pi"), undefined), preset);
  expect(options.instructions).toBe("Zero.\n\nOne.\n\nTwo.\n\nThree.");
  rmSync(file);
  expect(() => presetOptions(["review"], engine("pi"), config)).toThrow(/cannot be read: correct `instructions_file`/);
});

test("a preset that is gone, or that sets what the engine lacks, is refused", () => {
  const config = load('[presets.safe]\nsandbox = "read-only"');
  expect(presetOptions(["safe"], engine("codex"), config)).toEqual({ sandbox: "read-only" });
  expect(() => presetOptions(["safe"], engine("pi"), config)).toThrow(/^pi has no sandbox/i);
  expect(() => presetOptions(["other"], engine("pi"), config)).toThrow(/`other` is not in the config any more/);
});

test("a key that the named engine lacks is a warning", () => {
  const { warnings } = load('[presets.safe]\nengine = "pi"\nsandbox = "read-only"');
  expect(warnings.join()).toMatch(/presets\.safe\.sandbox is nothing that pi has: its tasks are refused/i);
});

test.each([
  ['[presets.x]\nengine = "nothing"', /presets\.x\.engine is "nothing"/],
  ["[presets.codex]", /presets\.codex has the name of an engine or a project/],
  ['[presets.x]\nsandbox = "open"', /presets\.x\.sandbox is no value that codex takes/],
  ["[presets.Big]", /presets\.Big has a name of more than small letters/],
])("%j is refused", (text, problem) => {
  expect(() => load(text)).toThrow(problem);
});
