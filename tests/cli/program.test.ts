import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratchHome, takopi } from "./calling.ts";

describe.concurrent("the program", () => {
  test("prints its version", async ({ expect }) => {
    expect(await takopi(scratchHome(), "--version")).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  test("prints every command in its help", async ({ expect }) => {
    const { code, stdout } = await takopi(scratchHome(), "--help");
    expect(code).toBe(0);
    for (const name of ["demo", "init", "doctor", "engines", "runs", "replay", "config set"]) expect(stdout).toContain(name);
  });

  test.each([
    [["docter"], 'takopi: Unknown command "docter"; did you mean doctor?\n'],
    [["codx"], 'takopi: Unknown command "codx"; did you mean codex?\n'],
    [["config", "gte", "a"], 'takopi: Unknown config command "gte"; did you mean get?\n'],
    [["config"], "takopi: takopi config needs one of: path, list, get, set, unset.\n"],
    [["doctor", "--jsn"], "takopi: Unknown flag --jsn; did you mean --json?\n"],
    [["config", "path", "x"], 'takopi: "x" is one argument too many: this command takes 0.\n'],
    [["config", "get"], "takopi: Missing required positional argument: KEY.\n"],
    [["runs", "--chat"], "takopi: --chat needs a value.\n"],
    [["runs", "--chat", "home"], 'takopi: --chat is "home"; expected a whole number.\n'],
    [["replay", "cdoex"], 'takopi: Unknown engine "cdoex"; did you mean codex?\n'],
  ])("takopi %j ends with code 2 and one line", async (argv, stderr) => {
    expect(await takopi(scratchHome(), ...argv)).toEqual({ code: 2, stdout: "", stderr });
  });

  test("without a config it names the demo and the file to write", async ({ expect }) => {
    const home = scratchHome();
    const { code, stderr } = await takopi(home);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^takopi: .*\/\.takopi\/takopi\.toml: .*`takopi demo`.*\n$/);
    expect(stderr).toContain(home);
  });

  test("a broken config is one line with its place, and no stack", async ({ expect }) => {
    const home = scratchHome();
    mkdirSync(join(home, ".takopi"));
    writeFileSync(join(home, ".takopi", "takopi.toml"), "[transports.telegram]\nbot_token = 123456:AAEhBOweik6ad9r\n");
    const { code, stderr } = await takopi(home, "engines");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^takopi: Malformed TOML in .*takopi\.toml, line 2, column \d+: .*\.\n$/);
    expect(stderr).not.toContain("AAEh");
  });

  test("a group that is open to everyone does not start", async ({ expect }) => {
    const home = scratchHome();
    mkdirSync(join(home, ".takopi"));
    writeFileSync(join(home, ".takopi", "takopi.toml"), '[transports.telegram]\nbot_token = "1:x"\nchat_id = -5\n');
    const { code, stderr } = await takopi(home);
    expect(code).toBe(2);
    expect(stderr).toContain("allow_group_members = true");
  });
});

test("flags may stand before the command, and a config in a parent directory is found", async () => {
  const home = scratchHome();
  mkdirSync(join(home, ".takopi"));
  writeFileSync(join(home, ".takopi", "takopi.toml"), "[limits]\nparallel_runs = 3\n");
  expect(await takopi(home, "--debug", "config", "get", "limits.parallel_runs")).toMatchObject({ code: 0, stdout: "3\n" });
});
