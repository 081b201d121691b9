import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { engines, makeEngine } from "../../runners/index.ts";
import { engineOptions } from "../../src/config/engine-options.ts";
import { checkConfig } from "../../src/config/load.ts";
import { parseToml } from "../../src/config/toml.ts";
import { openDriven } from "../helpers/driven.ts";
import { finish } from "../helpers/live-engine.ts";
import { noLog } from "../helpers/recordings.ts";

const EXAMPLE = fileURLToPath(new URL("../../fixtures/takopi-engine-echo", import.meta.url));

let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-package-")));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  cpSync(EXAMPLE, join(home, "node_modules/takopi-engine-echo"), { recursive: true });
});

/** A package with this module. */
function install(name: string, text: string): void {
  const folder = join(home, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }));
  writeFileSync(join(folder, "index.js"), text);
}

const load = (text: string) =>
  checkConfig({
    ...{ table: parseToml(text, "FILE"), file: join(home, "FILE"), cwd: "/", env: { HOME: home } },
    ...{ engines, make: makeEngine },
  });

test.each([
  ['engines = ["takopi-engine-echo"]\n[echo]\ngreeting = "Heard"', "Heard: Hello"],
  ['[engines.echo]\npackage = "takopi-engine-echo"', "You said: Hello"],
])("an engine of a package beside the config runs a task: %s", async (text, answer) => {
  const config = load(text);
  const engine = config.known.find(({ id }) => id === "echo");
  if (!engine) throw new Error("no such engine");
  const options = engineOptions(config, engine, undefined);
  const run = openDriven(engine, { prompt: "Hello", cwd: home, options, env: process.env, log: noLog });
  expect((await finish(run)).completed).toMatchObject({ ok: true, answer });
});

test.each([
  ["export default () => {};", "names no version of the contract of engines, and this takopi has version 1"],
  ["export const contract = 2;", "was made for version 2 of the contract"],
  ["export const contract = 1;", "has no engine as its default export"],
  ["export const contract = 1; export default () => ({});", "makes something that is no engine"],
  ["throw new Error('out of order');", "cannot be loaded (out of order)"],
])("a package that is no engine is refused: %s", (text, error) => {
  install("takopi-engine-odd", text);
  expect(() => load('engines = ["takopi-engine-odd"]')).toThrow(error);
});

test.each([
  [
    'engines = ["takopi-engine-none"]',
    'engines "takopi-engine-none" is not installed: run `npm install takopi-engine-none`',
  ],
  ['[engines.other]\npackage = "takopi-engine-echo"', 'engines.other names a package whose engine is "echo"'],
  [
    'engines = ["takopi-engine-echo"]\n[echo]\ngreting = "x"',
    "echo.greting is not a known key; did you mean greeting?",
  ],
])("%s is refused", (text, error) => {
  expect(() => load(text)).toThrow(error);
});
