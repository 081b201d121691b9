import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command as policy } from "../../src/cli/policy.ts";
import { call, scratchHome } from "./calling.ts";

function withRules() {
  const home = scratchHome();
  const web = join(home, "web");
  for (const folder of [join(home, ".takopi"), web]) mkdirSync(folder);
  execFileSync("git", ["init", "-q", web]);
  const config = `[projects.web]
path = "${web}"
[projects.web.codex]
deny_paths = ["~/notes"]
allow_paths = ["src/**"]
allow_tools = ["network"]
[codex]
interactive = true
allow = ["git status*"]
deny = ["rm *"]
`;
  writeFileSync(join(home, ".takopi", "takopi.toml"), config);
  return home;
}

test.each([
  [["git status -s", "--project", "web"], 0, 'allow\nby codex.allow = "git status*"\n'],
  [["sudo rm -rf x", "--project", "web"], 7, 'deny\nby codex.deny = "rm *"\n'],
  [["make", "--project", "web"], 6, "ask\nNo rule of `allow` covers all of: make\n"],
  [["--path", "src/a.ts", "--project", "web"], 0, 'allow\nby codex.allow_paths = "src/**"\n'],
  [["--tool", "network", "--project", "web"], 0, 'allow\nby codex.allow_tools = "network"\n'],
  [["git status", "--json"], 0, '{"decision":"allow","rule":"allow = \\"git status*\\""}\n'],
])("policy %j exits with %i and says why", async (argv, code, stdout) => {
  expect(await call(policy, withRules(), ...argv)).toMatchObject({ code, stdout });
});

test("policy finds files at home, and wants one thing to judge in a project that there is", async () => {
  const home = withRules();
  const notes = await call(policy, home, "--path", join(home, "notes", "x"), "--project", "web");
  expect(notes).toMatchObject({ code: 7 });
  await expect(call(policy, home)).rejects.toThrow("Say what the engine would ask for");
  await expect(call(policy, home, "ls", "--project", "wep")).rejects.toThrow("did you mean web?");
});
