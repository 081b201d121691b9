import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { command as doctor } from "../../src/cli/doctor.ts";
import { command as init } from "../../src/cli/init.ts";
import { narrowed } from "../../src/config/narrowing.ts";
import { NO_NARROWING } from "../../src/domain/narrowing.ts";
import { judge } from "../../src/domain/policy.ts";
import { narrowingOf, readNarrowing } from "../../src/worker/narrowing.ts";
import { call } from "../cli/calling.ts";

function directoryWith(text?: string): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "takopi-narrowing-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, ".takopi"));
  if (text !== undefined) writeFileSync(join(path, ".takopi/project.toml"), text);
  return path;
}

const FILE = ".takopi/project.toml";

test("a repository without the file takes nothing away", async () => {
  expect(await readNarrowing(directoryWith())).toBeUndefined();
  expect(await narrowingOf([directoryWith()])).toBe(NO_NARROWING);
});

describe.each([
  ['approvals = "allow"', "approvals is not a known key"],
  ['allow = ["*"]', "allow is not a known key"],
  ['allow_paths = ["**"]', "allow_paths is not a known key"],
  ["trusted = true", "trusted is not a known key"],
  ['cmd = "./evil"', "cmd is not a known key"],
  ['extra_args = ["--yolo"]', "extra_args is not a known key"],
  ['env = { LD_PRELOAD = "./evil.so" }', "env is not a known key"],
  ['[codex]\nsandbox = "danger-full-access"', "codex is not a known key"],
  ['[projects.other]\npath = "/"', "projects is not a known key"],
  ['sandbox = "danger-full-access"', 'sandbox is "danger-full-access"'],
  ['sandbox = "workspace-write"', 'sandbox is "workspace-write"'],
  ['deny = "rm *"', 'deny is "rm *"; expected a list'],
  [`deny = ["${"x".repeat(1001)}"]`, "deny.0 is"],
  ["__proto__ = { deny = [] }", "__proto__ is no name that can be used"],
  ["deny = [", "Malformed TOML"],
])("%s", (text, reason) => {
  test("is refused with file, key and fix", async () => {
    const directory = directoryWith(`deny_tools = ["x"]\n${text}\n`);
    const error = await readNarrowing(directory).catch((cause: unknown) => cause);
    expect(error).toHaveProperty("name", "UserError");
    expect(String(error)).toContain(join(directory, FILE));
    expect(String(error)).toContain(reason);
    expect(String(error)).toMatch(/[Cc]orrect or remove the (?:key|file)\.$/);
    expect(String(error).length).toBeLessThan(600);
  });
});

test("a link is not followed, neither as the file nor as its folder", async () => {
  const other = directoryWith('sandbox = "read-only"');
  const linked = directoryWith();
  symlinkSync(join(other, FILE), join(linked, FILE));
  await expect(readNarrowing(linked)).rejects.toThrow(/is a link.* Make it a plain file, or remove it\.$/);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "takopi-narrowing-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(other, ".takopi"), join(folder, ".takopi"));
  await expect(readNarrowing(folder)).rejects.toThrow(/is a link/);
});

test("a huge file, a folder and a pipe are refused, and none is waited for", async () => {
  const huge = directoryWith(`instructions = "${"x".repeat(65 * 1024)}"`);
  await expect(readNarrowing(huge)).rejects.toThrow(`${join(huge, FILE)} is larger than 64 KiB: shorten it`);
  const folder = directoryWith();
  mkdirSync(join(folder, FILE));
  await expect(readNarrowing(folder)).rejects.toThrow("is no file: make it one, or remove it.");
  const pipe = directoryWith();
  execFileSync("mkfifo", [join(pipe, FILE)]);
  await expect(readNarrowing(pipe)).rejects.toThrow("is no file");
});

test("the file of a project's own checkout holds in its branches, too, and a branch may add to it", async () => {
  const own = directoryWith('sandbox = "read-only"\ndeny = ["rm *"]\ninstructions = "Be brief."');
  const branch = directoryWith('deny = ["git push*", "rm *"]\ninstructions = "Be polite."');
  expect(await narrowingOf([own, branch])).toEqual({
    ...{ sandbox: "read-only", deny: ["rm *", "git push*"], deny_paths: [], deny_tools: [] },
    instructions: "Be brief.\n\nBe polite.",
  });
});

const engineOf = (id: string) => {
  const engine = engines.find((one) => one.id === id);
  if (engine === undefined) throw new Error(`no engine ${id}`);
  return engine;
};

test.each([
  ["codex", { sandbox: "danger-full-access", add_dirs: ["/"] }, { sandbox: "read-only", add_dirs: undefined }],
  [
    "claude",
    { dangerously_skip_permissions: true, disallowed_tools: ["WebFetch"] },
    {
      dangerously_skip_permissions: undefined,
      disallowed_tools: ["WebFetch", "Bash", "Edit", "MultiEdit", "NotebookEdit", "Write"],
    },
  ],
  ["opencode", { permission: "allow" }, { permission: { "*": "allow", edit: "deny", bash: "deny" } }],
  ["pi", {}, { tools: ["read", "grep", "find", "ls"] }],
  ["pi", { tools: ["bash", "read", "mine"] }, { tools: ["read"] }],
  ["pi", { tools: [] }, { tools: [] }],
])("%s is kept from changing files, whatever the config allows: %j", (id, given, expected) => {
  const narrowing = { ...NO_NARROWING, sandbox: "read-only" } as const;
  expect(narrowed({ ...given, approvals: "allow" }, narrowing, engineOf(id))).toMatchObject({
    ...{ approvals: "ask", ...expected },
  });
});

test("an engine that cannot be kept from changing files is refused, and another engine is advised", () => {
  const narrowing = { ...NO_NARROWING, sandbox: "read-only" } as const;
  const { readOnly: _, ...engine } = engineOf("codex");
  expect(() => narrowed({}, narrowing, engine)).toThrow(/cannot keep Codex to that: choose another engine\.$/);
});

test("denials come on top of the config's and before its allowances; instructions are marked as the repository's", () => {
  const narrowing = { ...NO_NARROWING, deny: ["git push*"], instructions: "Speak Dutch." };
  const given = { allow: ["git *"], deny: ["rm *"], approvals: "deny", instructions: "Be brief." } as const;
  const options = narrowed(given, narrowing, engineOf("codex"));
  expect(options).toMatchObject({ deny: ["rm *", "git push*"], allow: ["git *"], approvals: "deny" });
  expect(options.instructions).toMatch(/^Be brief\.\n\nWhat follows comes from the repository[\s\S]*Speak Dutch\.$/);
  const question = {
    id: "1",
    title: "",
    kind: "command",
    command: "git push --force",
    canAllowSession: false,
  } as const;
  const verdict = judge({ ...question, place: { isOwn: true, directory: "/" } }, options);
  expect(verdict).toMatchObject({ decision: "deny", rule: 'deny = "git push*"' });
});

test("init shows it, init and doctor refuse one that widens anything", async () => {
  const home = directoryWith();
  const path = directoryWith('sandbox = "read-only"\ndeny = ["git push*"]\n');
  const config = join(home, "takopi.toml");
  const shown = await call(init, path, "--config", config, "web");
  expect(shown.stdout).toContain(
    `This repository narrows what runs may do (${FILE}):\n  deny = ["git push*"]\n  sandbox = "read-only"\n` +
      "Denials hold where an engine asks: with `interactive = true` in its table.\n",
  );
  writeFileSync(join(path, FILE), 'approvals = "allow"\n');
  await expect(call(init, path, "--config", config, "api")).rejects.toThrow("approvals is not a known key");
  const { stdout } = await call(doctor, home, "--config", config, "--json");
  const check = JSON.parse(stdout).find(({ name }: { name: string }) => name === "project web");
  expect(check).toMatchObject({ state: "error", detail: `${path}: its runs are refused` });
  expect(check.fix).toContain("approvals is not a known key");
});
