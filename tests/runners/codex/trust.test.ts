import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toArgs } from "../../../runners/codex/launch.ts";
import { threadSettings } from "../../../runners/codex/live/settings.ts";
import { trustArguments, trustOf } from "../../../runners/codex/trust.ts";

let root: string;
let repo: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "codex-trust-")));
  repo = join(root, "repo");
  mkdirSync(repo);
});
afterEach(() => rmSync(root, { recursive: true }));

const config = (text: string) => writeFileSync(join(root, "config.toml"), text);
const argumentsFor = (cwd: string, trusted = false) => trustArguments(cwd, trusted, { env: { CODEX_HOME: root } });

test("an untrusted directory and all above it are named as such, a trusted one alone", () => {
  const untrusted = { trust_level: "untrusted" };
  expect(trustOf("/a/b", false)).toEqual({ "/a/b": untrusted, "/a": untrusted, "/": untrusted });
  expect(trustOf("/a/b", true)).toEqual({ "/a/b": { trust_level: "trusted" } });
});

test("headless, codex trusts nothing by itself, so that nothing is said", () => {
  expect(argumentsFor(repo)).toEqual([]);
  config('[projects."/elsewhere"]\ntrust_level = "trusted"\n');
  expect(argumentsFor(repo)).toEqual([]);
});

test.each(['"', "'"])(
  "trust of codex's own config does not count, and the instructions are given back (%s)",
  (quote) => {
    config(`[projects.${quote}${root}${quote}]\ntrust_level = "trusted"\n`);
    writeFileSync(join(repo, "AGENTS.md"), 'Say "hi".');
    const [, projects, , instructions] = argumentsFor(repo);
    expect(projects).toContain(`"${repo}"={trust_level="untrusted"}`);
    expect(projects).toContain(`"${dirname(repo)}"={trust_level="untrusted"}`);
    expect(instructions).toMatch(/^developer_instructions="/);
    expect(instructions).toContain('Say \\"hi\\".');
  },
);

test("a linked worktree has the trust of its main checkout in codex", () => {
  config(`[projects."${root}/main"]\ntrust_level = "trusted"\n`);
  writeFileSync(join(repo, ".git"), `gitdir: ${root}/main/.git/worktrees/repo\n`);
  expect(argumentsFor(repo)).toHaveLength(2);
});

test("the words about trust stand before `exec`, in a trusted project as well", () => {
  const trust = argumentsFor(repo, true);
  expect(trust).toEqual(["-c", `projects={"${repo}"={trust_level="trusted"}}`]);
  expect(toArgs({}, { trust }).join(" ")).toContain(`-c projects={"${repo}"={trust_level="trusted"}} exec`);
});

test("a live thread always says whether it is trusted", async () => {
  const peer = { call: async () => ({ config: {} }) as never };
  const options = { sandbox: "workspace-write" as const, instructions: "Be kind." };
  const { params } = await threadSettings(peer, { options, cwd: "/a", runId: "r" });
  expect(params).toMatchObject({
    developerInstructions: "Be kind.",
    config: { sandbox_mode: "workspace-write", projects: { "/a": { trust_level: "untrusted" } } },
  });
});
