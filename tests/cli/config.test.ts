import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { command as get } from "../../src/cli/config-get.ts";
import { command as list } from "../../src/cli/config-list.ts";
import { command as path } from "../../src/cli/config-path.ts";
import { command as set } from "../../src/cli/config-set.ts";
import { command as unset } from "../../src/cli/config-unset.ts";
import { call, scratchHome } from "./calling.ts";

const TEXT = `# my bot
default_engine = "codex"   # for now

[transports.telegram] # the bot
bot_token = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc" # secret
chat_id = 5

[projects.web]
path = "/web" # the site
`;

function configured(content = TEXT): { home: string; file: string; read: () => string } {
  const home = scratchHome();
  const file = join(home, ".takopi", "takopi.toml");
  mkdirSync(dirname(file));
  writeFileSync(file, content);
  return { home, file, read: () => readFileSync(file, "utf8") };
}

test("path prints where the config is, or would be", async () => {
  expect(await call(path, scratchHome())).toMatchObject({ code: 0, stdout: "~/.takopi/takopi.toml\n" });
  expect(await call(path, scratchHome(), "--config", "/etc/t.toml")).toMatchObject({ stdout: "/etc/t.toml\n" });
});

test("list prints every leaf in order, with the token hidden", async () => {
  const { home } = configured();
  expect(await call(list, home)).toMatchObject({
    code: 0,
    stdout: `default_engine = "codex"
projects.web.path = "/web"
transports.telegram.bot_token = "[hidden]"
transports.telegram.chat_id = 5
`,
  });
});

test("list hides whatever a key's name or an address tells to be secret", async () => {
  const { home } = configured(`[transports.telegram]
bot_token = "1:x"
api_root = "http://me:pass@host"
voice_transcription_api_key = "sk-1"
[codex.env]
OPENAI_API_KEY = "sk-2"
`);
  const { stdout } = await call(list, home);
  expect(stdout).toContain('transports.telegram.api_root = "http://[hidden]@host"');
  for (const secret of ["1:x", "pass", "sk-1", "sk-2"]) expect(stdout).not.toContain(secret);
  const told = await call(set, home, "transports.telegram.bot_token", "2:y");
  expect(told.stdout).toBe('updated transports.telegram.bot_token = "[hidden]"\n');
});

test("list without a file fails", async () => {
  expect(await call(list, scratchHome())).toMatchObject({ code: 1, stdout: "" });
});

test("get prints a value as it stands in the file", async () => {
  const { home } = configured();
  expect(await call(get, home, "projects.web.path")).toMatchObject({ code: 0, stdout: '"/web"\n' });
  expect(await call(get, home, "transports.telegram.chat_id")).toMatchObject({ code: 0, stdout: "5\n" });
});

test.each([
  ["limits.parallel_runs", "limits.parallel_runs is not set; its default is 8."],
  ["limits.run_minutes", "limits.run_minutes is not set."],
  ["codex.model", "codex.model is not set."],
  ["projects.web.pi.provider", "projects.web.pi.provider is not set."],
  ["projects.new.worktrees_dir", 'projects.new.worktrees_dir is not set; its default is ".worktrees".'],
])("get and unset of %s, which is not set, say so and fail", async (key, message) => {
  const { home, read } = configured();
  const outcome = { code: 1, stdout: "", stderr: `takopi: ${message}\n` };
  expect(await call(get, home, key)).toEqual(outcome);
  expect(await call(unset, home, key)).toEqual(outcome);
  expect(read()).toBe(TEXT);
});

test.each([
  ["limits.paralel_runs", "limits.paralel_runs is not a known key; did you mean limits.parallel_runs?"],
  ["codex.modl", "codex.modl is not a known key; did you mean codex.model?"],
  ["projects.web.codex.modl", "projects.web.codex.modl is not a known key; did you mean projects.web.codex.model?"],
  ["constructor", "constructor is not a known key; known here: "],
])("get and unset of %s, which there is not, are refused", async (key, message) => {
  const { home } = configured();
  await expect(call(get, home, key)).rejects.toThrow(message);
  await expect(call(unset, home, key)).rejects.toThrow(message);
});

test("get of a table names its keys", async () => {
  const { home } = configured();
  await expect(call(get, home, "transports.telegram")).rejects.toThrow(
    "transports.telegram is a table; name one of its keys: bot_token, chat_id.",
  );
});

test.each([
  ["limits.parallel_runs", "4", "4"],
  ["default_engine", "pi", '"pi"'],
  ["default_engine", '"pi"', '"pi"'],
  ["watch_config", "true", "true"],
  ["transports.telegram.chat_id", "-100123", "-100123"],
  ["transports.telegram.allowed_user_ids", "[1, 2]", "[1, 2]"],
  ["codex.model", "5", '"5"'],
  ["projects.api.path", "~/api", '"~/api"'],
])("set %s %s is there afterwards, and all else as before", async (key, literal, stored) => {
  const { home, read, file } = configured();
  expect(await call(set, home, key, literal)).toMatchObject({ code: 0, stdout: `updated ${key} = ${stored}\n` });
  expect(await call(get, home, key)).toMatchObject({ stdout: `${stored}\n` });
  for (const comment of ["# my bot", "# for now", "# the bot", "# secret", "# the site"])
    expect(read()).toContain(comment);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("an edit changes its own line only", async () => {
  const { home, read } = configured();
  await call(set, home, "default_engine", "pi");
  expect(read()).toBe(TEXT.replace('"codex"', '"pi"'));
});

test("a new table becomes a section of its own", async () => {
  const { home, read } = configured();
  await call(set, home, "projects.web.codex.model", "gpt-5.5");
  expect(read()).toContain('[projects.web.codex]\nmodel = "gpt-5.5"\n');
});

test("set makes a file if there is none", async () => {
  const home = scratchHome();
  await call(set, home, "transports.telegram.chat_id", "5");
  expect(readFileSync(join(home, ".takopi", "takopi.toml"), "utf8")).toBe("[transports.telegram]\nchat_id = 5\n");
});

test("set warns of a group that is open to everyone", async () => {
  const { home } = configured();
  const { code, stderr } = await call(set, home, "transports.telegram.chat_id", "-5");
  expect(code).toBe(0);
  expect(stderr).toContain("transports.telegram.allowed_user_ids");
});

test.each([
  ["limits.paralel_runs", "4", "limits.paralel_runs is not a known key; did you mean parallel_runs?"],
  ["limits.parallel_runs", "0", "limits.parallel_runs is 0; expected a number of at least 1."],
  ["default_engine.x", "1", "default_engine is a value and not a table, so it can hold no x."],
  ["limits..x", "1", '"limits..x" is not a key'],
])("set %s %s is refused and leaves the file as it is", async (key, value, message) => {
  const { home, read } = configured();
  await expect(call(set, home, key, value)).rejects.toThrow(message);
  expect(read()).toBe(TEXT);
});

test("unset removes the key, and the table that it leaves empty", async () => {
  const { home, read } = configured();
  expect(await call(unset, home, "projects.web")).toEqual({ code: 0, stdout: "removed projects.web\n", stderr: "" });
  expect(read()).not.toContain("projects");
  expect(await call(unset, home, "projects.web")).toMatchObject({
    code: 1,
    stderr: "takopi: projects.web is not set.\n",
  });
});

test("unset of a key that is needed is refused", async () => {
  const { home, read } = configured(`${TEXT}default_engine = "pi"\n`);
  await expect(call(unset, home, "projects.web.path")).rejects.toThrow("projects.web.path is missing");
  expect(read()).toContain('path = "/web"');
});

test("a config that is a directory is refused", async () => {
  const home = scratchHome();
  mkdirSync(join(home, ".takopi", "takopi.toml"), { recursive: true });
  await expect(call(set, home, "watch_config", "true")).rejects.toThrow("exists but is not a file");
  expect(existsSync(join(home, ".takopi", "takopi.toml"))).toBe(true);
});
