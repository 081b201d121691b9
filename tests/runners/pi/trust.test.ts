import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPlaces } from "../../../runners/pi/session-places.ts";
import { trustOf } from "../../../runners/pi/trust.ts";

let root: string;
let repo: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "pi-trust-")));
  repo = join(root, "repo");
  mkdirSync(join(repo, ".pi"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const NOTHING = ["--no-extensions", "--no-skills", "--no-prompt-templates", "--no-themes"];

/** An executable in a package as npm lays it out. */
function installPi(version: string, name = "@earendil-works/pi-coding-agent"): string {
  const directory = join(root, `pi-${version}`);
  mkdirSync(join(directory, "dist"), { recursive: true });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name, version, piConfig: { name: "pi" } }));
  writeFileSync(join(directory, "dist/cli.js"), "");
  chmodSync(join(directory, "dist/cli.js"), 0o755);
  return join(directory, "dist/cli.js");
}

async function trust(cmd: string, { trusted = false, approve }: { trusted?: boolean; approve?: boolean } = {}) {
  const options = { cmd, ...(approve !== undefined && { approve }) };
  const request = { options, env: { HOME: root }, cwd: repo, trusted };
  return trustOf(request, repo, await findPlaces(request, repo));
}

test("a pi that knows of trust is told, and loads nothing but what is named to it", async () => {
  const cmd = installPi("1.5.2");
  expect(await trust(cmd)).toEqual({ args: ["--no-approve", ...NOTHING], env: {} });
  expect(await trust(cmd, { approve: true })).toEqual({ args: ["--no-approve", ...NOTHING], env: {} });
  expect(await trust(cmd, { trusted: true })).toEqual({ args: ["--approve"], env: {} });
  expect(await trust(cmd, { trusted: true, approve: false })).toEqual({ args: [], env: {} });
});

test("an older pi is given a package in which no repository can have the folder of settings", async () => {
  const { args, env } = await trust(installPi("0.74.2"));
  expect(args).toEqual(NOTHING);
  expect(env["PI_CODING_AGENT_DIR"]).toBe(join(root, ".pi/agent"));
  const folder = env["PI_PACKAGE_DIR"] ?? "";
  expect(folder.startsWith(join(root, ".cache/takopi/"))).toBe(true);
  const { version, piConfig } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(version).toBe("0.74.2");
  expect(piConfig.name).toBe("pi");
  expect(() => mkdirSync(join(repo, piConfig.configDir))).toThrow("ENAMETOOLONG");
  expect(existsSync(join(folder, "dist/cli.js"))).toBe(true);
  expect(await trust(installPi("0.74.2"), { trusted: true })).toEqual({ args: [], env: {} });
});

test("a program that is no pi package is refused if the repository has a `.pi`, and only then", async () => {
  const cmd = installPi("1.0.0", "wrapper");
  await expect(trust(cmd)).rejects.toThrow("cannot keep");
  rmSync(join(repo, ".pi"), { recursive: true });
  expect(await trust(cmd)).toEqual({ args: NOTHING, env: {} });
});
