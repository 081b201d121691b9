import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { setUp } from "../helpers/asking.ts";
import { textOf } from "../helpers/told.ts";
import { scratchHome, takopi, takopiWith } from "./calling.ts";

function configured(text: string): string {
  const home = scratchHome();
  mkdirSync(join(home, ".takopi"));
  writeFileSync(join(home, ".takopi", "takopi.toml"), text);
  return home;
}

test("success ends with code 0; flags may stand before the command", async () => {
  const home = configured("[limits]\nparallel_runs = 3\n");
  expect(await takopi(home, "--debug", "config", "get", "limits.parallel_runs")).toEqual({
    code: 0,
    stdout: "3\n",
    stderr: "",
  });
});

test("a failure ends with code 1", async () => {
  expect(await takopi(scratchHome(), "config", "list")).toMatchObject({ code: 1, stdout: "" });
});

test("wrong usage ends with code 2 and one line", async () => {
  expect(await takopi(scratchHome(), "docter")).toEqual({
    code: 2,
    stdout: "",
    stderr: 'takopi: Unknown command "docter"; did you mean doctor?\n',
  });
});

test("without a config it names the demo and the file to write", async () => {
  const home = scratchHome();
  const { code, stdout, stderr } = await takopi(home);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^takopi: .*\/\.takopi\/takopi\.toml: .*`takopi demo`.*\n$/);
  expect(stderr).toContain(home);
});

test("a broken config is one line with its place, and no stack", async () => {
  const home = configured("[transports.telegram]\nbot_token = 123456:AAEhBOweik6ad9r\n");
  const { code, stderr } = await takopi(home, "engines");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^takopi: Malformed TOML in .*takopi\.toml, line 2, column \d+: .*\.\n$/);
  expect(stderr).not.toContain("AAEh");
});

test("a group that is open to everyone does not start", async () => {
  const home = configured('[transports.telegram]\nbot_token = "1:x"\nchat_id = -5\n');
  const { code, stderr } = await takopi(home);
  expect(code).toBe(2);
  expect(stderr).toContain("allow_group_members = true");
});

test("the version is that of the package", async () => {
  expect(await takopi(scratchHome(), "--version")).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: "",
  });
});

test("an error that nobody caught ends the program with its cause and place, and without the token", async () => {
  const breaks = `const timer = setInterval(() => {
    if (process.listenerCount("uncaughtException") === 0) return;
    clearInterval(timer);
    throw new Error("no answer from https://api.telegram.org/bot123456789:AAEhBOweik6ad9r/getMe");
  }, 1)`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(breaks)}`;
  const { code, stderr } = await takopiWith({ NODE_OPTIONS: preload }, scratchHome(), "engines");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^takopi: no answer from https:\/\/api\.telegram\.org\/bot\[REDACTED\]\/getMe\nError: [\s\S]*\n +at /,
  );
  expect(stderr).not.toContain("AAEh");
});

test("the built program talks to a Bot API server and ends a task", async () => {
  const { code, stdout } = await takopi(scratchHome(), "demo", "--once", "markdown");
  expect(code).toBe(0);
  expect(stdout).toContain("done · demo");
});

test("the program drains at SIGTERM, and the next SIGTERM ends it with code 0", async () => {
  const bridge = await setUp("codex", { top: 'shutdown = "drain"' });
  await bridge.stop();
  const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const env = { PATH: process.env["PATH"], HOME: bridge.directory };
  const program = spawn(process.execPath, [main, "--config", join(bridge.directory, "takopi.toml")], {
    ...{ env, cwd: bridge.directory, stdio: "ignore" },
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  const exit = once(program, "exit");
  const id = bridge.say("hang");
  await bridge.botSays(/^working · codex/);
  program.kill("SIGTERM");
  await bridge.botSays(/^takopi is shutting down/);
  program.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);
  expect(textOf(await bridge.outcomeOf(id))).toMatch(/^interrupted/);
});
