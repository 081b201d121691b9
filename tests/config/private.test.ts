import { chmodSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { makeConfigPrivate } from "../../src/config/private.ts";
import { engines, scratch, write } from "./bench.ts";

const modeOf = (path: string) => statSync(path).mode & 0o777;

function config(...place: string[]) {
  const home = scratch();
  const file = write(join(home, ...place, "takopi.toml"), "");
  chmodSync(dirname(file), 0o755);
  chmodSync(file, 0o644);
  return { file, directory: dirname(file), read: loadConfig({ file, cwd: home, env: { HOME: home }, engines }) };
}

test("a config that others can read, and takopi's own directory, are their owner's alone from the start on", () => {
  const { file, directory, read } = config(".takopi");
  expect(makeConfigPrivate(read)).toEqual([directory, file]);
  expect([modeOf(directory), modeOf(file)]).toEqual([0o700, 0o600]);
  expect(makeConfigPrivate(read)).toEqual([]);
});

test("a directory that holds more than takopi's files stays as it is", () => {
  const { file, directory, read } = config("conf");
  expect(makeConfigPrivate(read)).toEqual([file]);
  expect(modeOf(directory)).toBe(0o755);
});
