import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { EngineHost } from "../../src/engine/host.ts";
import { openDriven } from "../helpers/driven.ts";
import { noLog } from "../helpers/recordings.ts";

/** Of the bridge, and nothing that any engine was given. */
const SECRETS = { GITHUB_TOKEN: "g", AWS_SECRET_ACCESS_KEY: "s", OPENAI_API_KEY: "o", TELEGRAM_BOT_TOKEN: "t" };

/** Differ from start to start, or are the shell's own. */
const CHANGING = /^(TAKOPI_RUN_ID|OPENCODE_SERVER_PASSWORD|OPENCODE_CONFIG_CONTENT|OLDPWD|SHLVL|_)$/;

interface Start {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What an isolated engine is started with: the program writes that down and ends. */
async function startsOf(id: string, interactive: boolean, more: object) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-start-")));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const [cmd, own, starts] = [join(home, "engine.sh"), join(home, "own"), join(home, "starts")];
  const dump = `mkdir -p ${starts}; printf '%s\\n' "$@" > ${starts}/$$.args; env > ${starts}/$$.env`;
  writeFileSync(cmd, `#!/bin/sh\n${dump}\nexit 3\n`, { mode: 0o755 });
  const engine = engines.find((one) => one.id === id);
  if (engine === undefined) throw new Error(`no engine ${id}`);
  const host = new EngineHost();
  const run = openDriven(engine, {
    ...{ cwd: "/", log: noLog, host, prompt: "hello" },
    env: { PATH: process.env["PATH"], LANG: "C", HOME: home, ...SECRETS, KEY: "k" },
    options: { cmd, interactive, isolated: own, api_key: { env: "KEY" }, ...more },
  });
  await run.over;
  await host.close();
  const found = readdirSync(starts).flatMap((file): Start[] => {
    if (!file.endsWith(".args")) return [];
    const lines = (name: string) => readFileSync(join(starts, name), "utf8").trim().split("\n");
    const pairs = lines(file.replace(".args", ".env")).map((line) => line.split(/=(.*)/s).slice(0, 2));
    const own = pairs.filter(([name = ""]) => !CHANGING.test(name));
    return [{ args: lines(file), env: Object.fromEntries(own) }];
  });
  return { found, own, home };
}

const CLAUDE = ["--print", "--output-format=stream-json", "--verbose"];
const CLAUDE_LIVE = [
  ...["--print", "--input-format=stream-json", "--output-format=stream-json", "--verbose"],
  ...["--include-partial-messages", "--permission-prompt-tool=stdio"],
];
const CLAUDE_ALONE = ["--setting-sources=user", "--strict-mcp-config"];
const CODEX = ["-c", "features.unbounded_connection_retries=false", "-c", "notify=[]"];
const PI_ALONE = ["--provider", "scripted", "--no-extensions", "--no-skills", "--no-prompt-templates", "--no-themes"];

const ofClaude = {
  options: {},
  moved: { CLAUDE_CONFIG_DIR: ".claude" },
  set: ["ANTHROPIC_API_KEY", "CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS", "DISABLE_AUTOUPDATER"],
};
const ofCodex = { options: {}, moved: { CODEX_HOME: ".codex" }, set: ["CODEX_API_KEY"] };
const ofOpencode = {
  options: { model: "scripted/m" },
  moved: {},
  set: ["OPENCODE_DISABLE_PROJECT_CONFIG", "SCRIPTED_API_KEY"],
};
const ofPi = {
  options: { provider: "scripted" },
  moved: { PI_CODING_AGENT_DIR: ".pi/agent" },
  set: ["CI", "SCRIPTED_API_KEY"],
};

const EVERY = ["HOME", "LANG", "NO_COLOR", "PATH", "PWD"];

test.each([
  ["claude", false, { ...ofClaude, args: [...CLAUDE, "--allowedTools=Bash,Read,Edit,Write", ...CLAUDE_ALONE] }],
  ["claude", true, { ...ofClaude, args: [...CLAUDE_LIVE, ...CLAUDE_ALONE, "--session-id=ID"] }],
  ["codex", false, { ...ofCodex, args: [...CODEX, "exec", "--json", "--skip-git-repo-check", "--color=never", "-"] }],
  ["codex", true, { ...ofCodex, args: [...CODEX, "app-server"] }],
  [
    "opencode",
    false,
    {
      ...{ ...ofOpencode, set: [...ofOpencode.set, "OPENCODE_PERMISSION"] },
      args: ["run", "--format", "json", "--dir", "/", "--model=scripted/m"],
    },
  ],
  [
    "opencode",
    true,
    {
      ...{ ...ofOpencode, set: [...ofOpencode.set, "OPENCODE_SERVER_USERNAME"] },
      args: ["serve", "--hostname", "127.0.0.1", "--port", "0"],
    },
  ],
  ["pi", false, { ...ofPi, args: ["--print", "--mode", "json", ...PI_ALONE] }],
  ["pi", true, { ...ofPi, args: ["--mode", "rpc", ...PI_ALONE] }],
] as const)("an isolated %s is started with exactly this (interactive: %s)", async (id, interactive, expected) => {
  const { found, own, home } = await startsOf(id, interactive, expected.options);
  const moved = Object.fromEntries(Object.entries(expected.moved).map(([name, path]) => [name, join(own, path)]));
  expect(found.map(({ args }) => args.map((one) => one.replace(/=[\da-f-]{36}$/, "=ID")))).toEqual([expected.args]);
  const [{ env } = { env: {} }] = found;
  expect(Object.keys(env).sort()).toEqual([...EVERY, ...expected.set, ...Object.keys(moved)].sort());
  expect(env).toMatchObject({ HOME: own, LANG: "C", ...moved });
  expect(Object.values(env).filter((value) => value === "k")).toHaveLength(1);
  // Nothing else was written beside the engine's own home.
  expect(readdirSync(home).sort()).toEqual(["engine.sh", "own", "starts"]);
});
