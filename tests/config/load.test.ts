import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineOptions } from "../../src/config/engine-options.ts";
import { loadConfig } from "../../src/config/load.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { complaint, engines, load, scratch, write } from "./bench.ts";

const [, codex] = engines;

test("an empty file gives the defaults", () => {
  const config = load("");
  expect(config).toMatchObject({
    watch_config: false,
    default_engine: "codex",
    default_project: undefined,
    on_restart: "report",
    telegram: undefined,
    limits: { parallel_runs: 8, stall_minutes: 15, approval_minutes: 30 },
    warnings: [],
  });
  expect(config.projects.size).toBe(0);
});

test("a Telegram table gets its defaults, and a chat id may stand in quotes", () => {
  expect(load('[transports.telegram]\nbot_token = "1:x"\nchat_id = " -5 "').telegram).toMatchObject({
    bot_token: "1:x",
    chat_id: -5,
    allowed_user_ids: [],
    allowed_chat_ids: [],
    allow_group_members: false,
    messages: "auto",
    message_overflow: "split",
    session_mode: "stateless",
    show_resume_line: true,
    show_usage: false,
    show_output: false,
    stream_answer: false,
    forward_coalesce_s: 1,
    media_group_debounce_s: 1,
    topics: { enabled: false, scope: "auto" },
    files: { enabled: true, auto_put: true, auto_put_mode: "prompt", uploads_dir: ".takopi/files" },
  });
});

test("a file without token or chat still loads", () => {
  expect(load("[transports.telegram]\nchat_id = 5").telegram).toBeUndefined();
  expect(load('[transports.telegram]\nbot_token = "1:x"').telegram).toBeUndefined();
});

test("the address of another server loses its closing slash", () => {
  const table = '[transports.telegram]\nbot_token = "1:x"\nchat_id = 5\napi_root = "http://127.0.0.1:8081/"';
  expect(load(table).telegram?.api_root).toBe("http://127.0.0.1:8081");
});

test("project paths begin at home or at the config, and worktrees at the project", () => {
  const home = scratch();
  const file = write(
    join(home, "conf", "takopi.toml"),
    '[projects.a]\npath = "~/a"\n[projects.B]\npath = "../b"\nworktrees_dir = "/w"\ndefault_engine = "PI"\nchat_id = "-7"',
  );
  const { projects, directory } = loadConfig({ file, cwd: "/", env: { HOME: home }, engines });
  expect(directory).toBe(join(home, "conf"));
  expect([...projects.keys()]).toEqual(["a", "B"]);
  expect(projects.get("a")).toMatchObject({ path: join(home, "a"), worktrees_dir: join(home, "a", ".worktrees") });
  expect(projects.get("B")).toMatchObject({
    alias: "B",
    path: join(home, "b"),
    worktrees_dir: "/w",
    default_engine: "pi",
    chat_id: -7,
  });
});

test("an executable's path begins at home or at the config, wherever it is started, and a name stays one", () => {
  const home = scratch();
  const file = write(
    join(home, "conf", "takopi.toml"),
    `[codex]\ncmd = "./bin/codex"\nmodel = "a"\n[pi]\ncmd = "pi"\n[projects.web]\npath = "~/web"
[projects.web.codex]\ncmd = "~/codex"\n[projects.web.pi]\ncmd = "../pi/pi"\n[projects.web.opencode]\ncmd = "/bin/oc"`,
  );
  const config = loadConfig({ file, cwd: "/", env: { HOME: home }, engines });
  expect(config.engines).toEqual({ codex: { cmd: join(home, "conf", "bin", "codex"), model: "a" }, pi: { cmd: "pi" } });
  expect(config.projects.get("web")?.engines).toEqual({
    codex: { cmd: join(home, "codex") },
    pi: { cmd: join(home, "pi", "pi") },
    opencode: { cmd: "/bin/oc" },
  });
});

test("names of engines and projects do not count case, and come out as they are defined", () => {
  const config = load('default_engine = "Pi"\ndefault_project = "WEB"\n[projects.Web]\npath = "/web"');
  expect(config).toMatchObject({ default_engine: "pi", default_project: "Web" });
});

test("a project's engine options lie over the engine's own, key by key in tables", () => {
  const config = load(`
    [codex]
    model = "a"
    extra_args = ["-x"]
    env = { ONE = "1", TWO = "2" }
    [projects.web]
    path = "/web"
    [projects.web.codex]
    sandbox = "read-only"
    extra_args = []
    env = { TWO = "two" }`);
  if (!codex) throw new Error("codex is missing");
  expect(engineOptions(config, codex, undefined)).toEqual({
    model: "a",
    extra_args: ["-x"],
    env: { ONE: "1", TWO: "2" },
  });
  expect(engineOptions(config, codex, config.projects.get("web"))).toEqual({
    model: "a",
    sandbox: "read-only",
    extra_args: [],
    env: { ONE: "1", TWO: "two" },
  });
});

test("keys of Takopi without effect here are listed in one warning", () => {
  const config = load(`
    transport = "telegram"
    default_engine = "claude"
    [transports.telegram]
    bot_token = "1:x"
    chat_id = 5
    voice_transcription = true
    [transports.telegram.topics]
    enabled = true
    [transports.telegram.files]
    enabled = true
    [claude]
    model = "opus"
    allowed_tools = ["Bash"]
    [plugins]
    enabled = []
    [projects.web]
    path = "/web"
    default_engine = "claude"`);
  expect(config.warnings).toEqual(["Not available here yet, so without effect: [plugins]."]);
  expect(config.default_engine).toBe("claude");
  expect(config.engines["claude"]).toEqual({ model: "opus", allowed_tools: ["Bash"] });
  expect(config.projects.get("web")?.default_engine).toBe("claude");
});

test("an engine that cannot be given takopi's own tools says that the key does nothing", () => {
  expect(load("[codex]\ntools = true\n").warnings).toEqual([
    "codex.tools does nothing: codex cannot be given takopi's own tools.",
  ]);
  const given = load('default_engine = "alpha"\n[alpha]\ntools = true\n', {}, [scriptedEngine("alpha")]);
  expect(given.warnings).toEqual([]);
});

test("rules for approvals that nobody would ask for are warned of, by engine and by project", () => {
  const gates = (text: string) => load(text).warnings;
  for (const id of ["claude", "pi", "codex", "opencode"]) {
    expect(gates(`[${id}]\napprovals = "ask"\ndeny = ["rm *"]`)).toEqual([
      `${id}.approvals, ${id}.deny gates nothing: ${id} runs headless, and asks only with ${id}.interactive = true.`,
    ]);
    expect(gates(`[${id}]\ninteractive = true\nallow = ["ls"]`)).toEqual([]);
  }
  const web = '[projects.web]\npath = "/web"\n[projects.web.pi]\n';
  expect(gates(`[pi]\nallow = ["ls"]\n${web}interactive = true`)).toEqual([]);
  expect(gates(`[pi]\ninteractive = true\n${web}allow = ["ls"]`)).toEqual([]);
  expect(gates(`[pi]\ninteractive = true\n${web}interactive = false\nallow = ["ls"]`)).toEqual([
    expect.stringMatching(/^projects\.web\.pi\.allow gates nothing/),
  ]);
});

test("the example file holds, and shows only keys that exist", () => {
  const example = readFileSync(new URL("../../config.example.toml", import.meta.url), "utf8");
  const config = load(example);
  expect(config.telegram?.allowed_user_ids).toEqual([123456789]);
  expect(config.warnings).toEqual([]);
});

test("a file of an older form is rewritten in the present one, with its comments, for its owner only", () => {
  const home = scratch();
  const file = write(
    join(home, "takopi.toml"),
    '# mine\nbot_token = "1:x" # secret\nchat_id = 5\n\n# work\n[projects.web] # the site\npath = "/web"\n',
  );
  const config = loadConfig({ file, cwd: home, env: { HOME: home }, engines });
  expect(config.telegram).toMatchObject({ bot_token: "1:x", chat_id: 5 });
  const text = readFileSync(file, "utf8");
  for (const comment of ["# mine", "# secret", "# work", "# the site"]) expect(text).toContain(comment);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(loadConfig({ file, cwd: home, env: { HOME: home }, engines })).toEqual(config);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("values that stand in the new place already win over the old ones", () => {
  const config = load('bot_token = "1:old"\nchat_id = 1\n[transports.telegram]\nbot_token = "2:new"');
  expect(config.telegram).toMatchObject({ bot_token: "2:new", chat_id: 1 });
});

test.each([
  ["multi_project_chat", "main"],
  ["per_project_chat", "projects"],
])("the old topics mode %s becomes the scope %s", (mode, scope) => {
  const table = `[transports.telegram]\nbot_token = "1:x"\nchat_id = 5\n[transports.telegram.topics]\nmode = "${mode}"`;
  expect(load(table).telegram?.topics).toEqual({ enabled: false, scope });
});

test("an old topics mode that never was one is refused", () => {
  expect(complaint('[transports.telegram.topics]\nmode = "x"')).toBe(
    'FILE: transports.telegram.topics.mode was replaced by scope, and only "multi_project_chat" or "per_project_chat" can be carried over: remove it, and set scope to "auto", "main", "projects" or "all".',
  );
});
