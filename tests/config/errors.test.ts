import fc from "fast-check";
import { expect, test } from "vitest";
import { checkConfig } from "../../src/config/load.ts";
import { parseToml } from "../../src/config/toml.ts";
import { ConfigError } from "../../src/errors.ts";
import { complaint, engines, load } from "./bench.ts";

const TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";

test.each([
  ['defualt_engine = "pi"', "FILE: defualt_engine is not a known key; did you mean default_engine?"],
  [
    "zzz = 1",
    "FILE: zzz is not a known key; known here: claude, codex, default_engine, default_project, limits, machines, mcp, on_restart, opencode, pi, plugins, presets, projects, schedules, shutdown, transport, transports, triggers, voice, watch_config, webhooks.",
  ],
  ["[limits]\nparalel_runs = 1", "FILE: limits.paralel_runs is not a known key; did you mean parallel_runs?"],
  ["[limits]\nparallel_runs = 0", "FILE: limits.parallel_runs is 0; expected a number of at least 1."],
  ["[limits]\nparallel_runs = 1.5", "FILE: limits.parallel_runs is 1.5; expected a whole number."],
  ['[limits]\nstall_minutes = "5"', 'FILE: limits.stall_minutes is "5"; expected a number.'],
  ["[limits]\nrun_minutes = 0", "FILE: limits.run_minutes is 0; expected a number above 0."],
  ["watch_config = 1", "FILE: watch_config is 1; expected true or false."],
  ['on_restart = "resum"', 'FILE: on_restart is "resum"; expected "report" or "resume". Did you mean "resume"?'],
  ['transport = "matrix"', 'FILE: transport is "matrix"; expected "telegram".'],
  [
    '[transports.telegram]\nchat_id = "home"',
    'FILE: transports.telegram.chat_id is "home"; expected a whole number, or one in quotes.',
  ],
  [
    '[transports.telegram]\napi_root = "localhost"',
    'FILE: transports.telegram.api_root is "localhost"; expected an address that begins with http:// or https://.',
  ],
  [
    '[transports.telegram]\nbot_token = "  "',
    "FILE: transports.telegram.bot_token is a value that is not shown; expected text that is not empty.",
  ],
  ["transports = 5", "FILE: transports is 5; expected a table."],
  ["[projects.web]", "FILE: projects.web.path is missing; expected a directory, or a machine in its place."],
  ['[projects.web]\npath = "/w"\npaht = 5', "FILE: projects.web.paht is not a known key; did you mean path?"],
  ["[codex]\nsandbx = 1", "FILE: codex.sandbx is not a known key; did you mean sandbox?"],
  ['[codex]\nextra_args = "-x"', 'FILE: codex.extra_args is "-x"; expected a list.'],
  [
    '[projects.web]\npath = "/w"\n[projects.web.codex]\nsandbox = "readonly"',
    'FILE: projects.web.codex.sandbox is "readonly"; expected "read-only" or "workspace-write". Did you mean "read-only"?',
  ],
  [
    'default_engine = "cdoex"',
    'FILE: default_engine is "cdoex", which is no known engine. Available: pi, codex, opencode, claude. Did you mean "codex"?',
  ],
  ['default_project = "web"', 'FILE: default_project is "web", which is no known project. There is no project yet.'],
  ['[projects.codex]\npath = "/c"', "FILE: projects.codex has the name of an engine; give the project another alias."],
  ['[projects.New]\npath = "/n"', "FILE: projects.New has the name of a chat command; give the project another alias."],
  [
    '[projects.web]\npath = "/w"\n[projects.WEB]\npath = "/w"',
    "FILE: projects.WEB differs from projects.web in case only; give one of them another alias.",
  ],
  [
    '[projects.a]\npath = "/a"\nchat_id = 3\n[projects.b]\npath = "/b"\nchat_id = 3',
    "FILE: projects.b.chat_id is 3, which is projects.a.chat_id already; a chat belongs to one project.",
  ],
  [
    '[transports.telegram]\nchat_id = 3\n[projects.a]\npath = "/a"\nchat_id = 3',
    "FILE: projects.a.chat_id is 3, which is the main chat already; a chat belongs to one project.",
  ],
  ["x = [1,", "Malformed TOML in FILE, line 1, column 5: unfinished array."],
])("%j is refused in one line with key and fix", (text, message) => {
  expect(complaint(text)).toBe(message);
});

test("several mistakes are one line that says how many", () => {
  expect(complaint("watch_config = 1\n[limits]\nparallel_runs = 0")).toBe(
    "FILE: watch_config is 1; expected true or false. (1 more after this one.)",
  );
});

test("a mistake in the environment names the variable", () => {
  expect(complaint("", { TAKOPI__LIMITS__PARALLEL_RUNS: "many" })).toBe(
    '$TAKOPI__LIMITS__PARALLEL_RUNS: limits.parallel_runs is "many"; expected a number.',
  );
  expect(complaint("", { TAKOPI__LIMTS__RUNS: "1" })).toBe(
    "$TAKOPI__LIMTS__RUNS: limts is not a known key; did you mean limits?",
  );
});

test.each([
  `bot_token = "${TOKEN}`,
  `bot_token = ${TOKEN}`,
  `[transports.telegram]\nbot_tokn = "${TOKEN}"`,
  `[transports.telegram]\nbot_token = ["${TOKEN}"]`,
  `[transports.telegram]\nchat_id = "${TOKEN}"`,
  `default_engine = "${TOKEN}"`,
  `default_project = "${TOKEN}"`,
])("the token is in no error: %j", (text) => {
  const message = complaint(text);
  expect(message).not.toBe("no complaint");
  expect(message).not.toContain(TOKEN.slice(12));
});

test("whatever a file holds, it loads or is refused in one line", () => {
  const key = fc.constantFrom(
    "default_engine",
    "limits",
    "projects",
    "transports",
    "codex",
    "claude",
    "x",
    "__proto__",
  );
  const value = fc.oneof(fc.json({ maxDepth: 2 }), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 4 }), (pairs) => {
      const text = pairs.map(([name, literal]) => `${name} = ${literal}`).join("\n");
      try {
        const table = parseToml(text, "FILE");
        expect(checkConfig({ table, file: "FILE", cwd: "/", env: { HOME: "/" }, engines }).file).toBe("FILE");
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        expect(String(error)).toMatch(/^ConfigError: .*FILE.*[.?)]$/);
      }
    }),
  );
});

test.each([
  "[__proto__]\nx = 1",
  "[constructor]\nx = 1",
  '[projects.__proto__]\npath = "."',
  '[presets.__proto__]\nmodel = "m"',
  "[codex.__proto__]\nx = 1",
  "[schedules.x.__proto__]\ny = 1",
])("refuses %j, and says so", (text) => {
  expect(() => load(text)).toThrow(/FILE|takopi\.toml/);
});

test("names of the language's own are names like others", () => {
  expect([...load('[projects.constructor]\npath = "."').projects.keys()]).toEqual(["constructor"]);
  expect([...load('[presets.constructor]\nmodel = "m"').presets.keys()]).toEqual(["constructor"]);
});
