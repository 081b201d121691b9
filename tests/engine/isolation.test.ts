import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { engines, makeEngine } from "../../runners/index.ts";
import { checkConfig } from "../../src/config/load.ts";
import { parseToml } from "../../src/config/toml.ts";
import { isolate, isolationProblems } from "../../src/engine/isolation.ts";
import type { EngineOptions } from "../../src/engine/options.ts";

let home: string;
let own: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-isolated-")));
  own = join(home, "own");
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  for (const folder of [".codex", ".claude", ".pi/agent", ".local/share/opencode", ".config/opencode"]) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  for (const file of [
    ".codex/auth.json",
    ".claude/.credentials.json",
    ".pi/agent/auth.json",
    ".local/share/opencode/auth.json",
  ]) {
    writeFileSync(join(home, file), file);
  }
});

const SECRETS = {
  OPENAI_API_KEY: "o",
  ANTHROPIC_API_KEY: "a",
  AWS_SECRET_ACCESS_KEY: "s",
  CODEX_API_KEY: "c",
  PI_TOKEN: "p",
};

const setup = (options: EngineOptions) => ({
  options,
  env: { PATH: "/bin", HOME: home, LANG: "C", XDG_CONFIG_HOME: join(home, ".config"), EDITOR: "vi", ...SECRETS },
});

const isolationOf = (id: string) => engines.find((engine) => engine.id === id)?.isolation;

const places = {
  codex: [".codex/auth.json", { CODEX_HOME: ".codex" }],
  claude: [".claude/.credentials.json", { CLAUDE_CONFIG_DIR: ".claude" }],
  pi: [".pi/agent/auth.json", { PI_CODING_AGENT_DIR: ".pi/agent" }],
  opencode: [".local/share/opencode/auth.json", {}],
} as const;

test.each(Object.entries(places))(
  "%s gets a home of its own: this environment, this login, and no more",
  (id, [login, variables]) => {
    const { env } = isolate(isolationOf(id), setup({ isolated: own }));
    const moved = Object.entries(variables).map(([name, path]) => [name, join(own, path)]);
    expect(env).toEqual({ PATH: "/bin", LANG: "C", HOME: own, ...Object.fromEntries(moved) });
    expect(readlinkSync(join(own, login))).toBe(join(home, login));
    expect(statSync(own).mode & 0o777).toBe(0o700);
  },
);

test("entries of the engine's folder that `load` names are there, and missing ones are left out", () => {
  mkdirSync(join(home, ".codex/prompts"));
  isolate(isolationOf("codex"), setup({ isolated: own, load: ["prompts", "nothing"] }));
  expect(readlinkSync(join(own, ".codex/prompts"))).toBe(join(home, ".codex/prompts"));
  expect(existsSync(join(own, ".codex/nothing"))).toBe(false);
});

test.each([
  ["codex", {}, "CODEX_API_KEY"],
  ["claude", {}, "ANTHROPIC_API_KEY"],
  ["pi", { provider: "groq" }, "GROQ_API_KEY"],
  ["opencode", { model: "openrouter/x" }, "OPENROUTER_API_KEY"],
])("%s gets the key that was named for it, and no other", (id, options, name) => {
  const key = { api_key: { env: "OPENAI_API_KEY" } };
  const made = isolate(isolationOf(id), setup({ ...key, ...options }));
  expect(made.options.env).toEqual({ [name]: "o" });
  expect(Object.keys(made.env).filter((one) => one in SECRETS)).toEqual([]);
  expect(made.env).toMatchObject({ HOME: home, EDITOR: "vi" });
});

test("a key comes from a file, and with a key nobody's login is linked", () => {
  const file = join(home, "key");
  writeFileSync(file, "sk-1\n");
  const made = isolate(isolationOf("codex"), setup({ isolated: own, api_key: { file } }));
  expect(made.options.env).toEqual({ CODEX_API_KEY: "sk-1" });
  expect(existsSync(join(own, ".codex/auth.json"))).toBe(false);
});

test.each<[EngineOptions["api_key"], string]>([
  [{ env: "NOT_SET" }, "The variable NOT_SET of `api_key` is not set"],
  [{ file: "/nowhere" }, "The file /nowhere of `api_key` cannot be read"],
])("a key that is not there is told: %o", (api_key, error) => {
  expect(() => isolate(isolationOf("codex"), setup({ api_key }))).toThrow(error);
});

test("doctor tells of a home that others can read, and of a login that is not there", () => {
  mkdirSync(own);
  chmodSync(own, 0o755);
  const problems = isolationProblems("codex", isolationOf("codex"), { options: { isolated: own } });
  expect(problems).toMatchObject([expect.stringContaining("chmod 700"), expect.stringContaining("no login there")]);
  isolate(isolationOf("codex"), setup({ isolated: own }));
  expect(isolationProblems("codex", isolationOf("codex"), { options: { isolated: own } })).toEqual([]);
});

const load = (text: string) =>
  checkConfig({
    ...{ table: parseToml(text, "FILE"), file: join(home, "FILE"), cwd: "/", env: { HOME: home } },
    ...{ engines, make: makeEngine },
  });

test("the resume line of an isolated engine leads to its home, says so, and is read again", () => {
  const { known, engines: tables } = load("[codex]\nisolated = true");
  const codex = known.find(({ id }) => id === "codex");
  const id = "0199a213-81c0-7800-8aa1-bbab2a035a53";
  const line = codex?.resume.format(id) ?? "";
  expect(line).toBe(`CODEX_HOME=${home}/engines/codex/.codex codex resume ${id} # (isolated)`);
  expect(codex?.resume.parse(line)).toBe(id);
  expect(codex?.resume.parse(`codex resume ${id}`)).toBe(id);
  expect(tables["codex"]).toEqual({ isolated: `${home}/engines/codex` });
});

test.each([
  ['[codex]\napi_key = "sk-1"', 'expected { env = "NAME" } or { file = "path" }'],
  ['[codex]\nload = ["../x"]', "a path within the engine's folder"],
  [
    '[projects.web]\npath = "web"\n[projects.web.codex]\nisolated = true',
    "projects.web.codex.isolated stands in [codex] for all projects",
  ],
])("%s is refused", (text, error) => {
  expect(() => load(text)).toThrow(error);
});
