import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { engines } from "../../runners/index.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";
import { type EnginesHome, makeEnginesHome } from "./all-engines.ts";
import { engineCommand } from "./pinned.ts";

vi.setConfig({ testTimeout: 2 * RUN_TIMEOUT_MS, hookTimeout: RUN_TIMEOUT_MS });

let home: EnginesHome;
let scratch: string;

beforeAll(async () => {
  home = await makeEnginesHome();
  scratch = mkdtempSync(join(tmpdir(), "takopi-isolated-"));
});
afterAll(async () => {
  await home?.[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
});

/** What the bridge itself has, and no engine was given. */
const SECRETS = Object.fromEntries(
  ["GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "DATABASE_PASSWORD"].map((name) => [
    name,
    `secret-of-${name}`,
  ]),
);

/** Options with which each knows its scripted model, and the variables that the engine adds itself. */
const isolated = {
  claude: { table: () => `env = ${toToml(home.claudeEnv)}`, key: "ANTHROPIC_API_KEY" },
  codex: { table: () => 'load = ["config.toml"]', key: "CODEX_API_KEY" },
  opencode: { table: () => `load = ["opencode.json"]\nmodel = "scripted/m"`, key: "SCRIPTED_API_KEY" },
  pi: { table: () => 'load = ["models.json"]\nprovider = "scripted"\nmodel = "m"', key: "SCRIPTED_API_KEY" },
} as const;

const toToml = (variables: object): string => JSON.stringify(variables).replaceAll('":"', '" = "');

/** All files below a directory that are no part of the project. */
const filesOf = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => path !== "web" && !path.startsWith("web/"))
    .sort();

const cases = (Object.keys(isolated) as (keyof typeof isolated)[]).flatMap((id) =>
  ["headless", "live"].map((way) => [id, way] as const),
);

test.runIf(process.platform === "linux").each(cases)(
  "%s (%s) in a home of its own writes nothing into the person's, and has one key and no secret of the bridge",
  async (id, way) => {
    const { table, key } = isolated[id];
    const person = home.env["HOME"] ?? "";
    const own = join(scratch, id, way);
    const seen = join(scratch, `${id}.${way}.env`);
    const command = join(scratch, `${id}.${way}.sh`);
    mkdirSync(own, { recursive: true });
    writeFileSync(command, `#!/bin/sh\nenv -0 > "${seen}"\nexec "${engineCommand(id)}" "$@"\n`, {
      mode: 0o755,
    });
    const before = filesOf(person);
    const { say, outcomeOf } = await stage({
      ...{
        engines,
        defaultEngine: id,
        waitMs: RUN_TIMEOUT_MS,
        env: { ...home.env, ...SECRETS, KEY_FOR_IT: "its-own" },
      },
      tables: `
[${id}]
cmd = "${command}"
isolated = "${own}"
interactive = ${way === "live"}
api_key = { env = "KEY_FOR_IT" }
env_passthrough = ["OPENCODE_DISABLE_*", "PI_OFFLINE"]
${table()}
[projects.web]
path = "${home.web}"`,
    });
    expect(textOf(await outcomeOf(say("/web [[say Alone.]]")))).toMatch(/^done[\s\S]*Alone\.[\s\S]*# \(isolated\)/);
    const variables = new Map(
      readFileSync(seen, "utf8")
        .split("\0")
        .filter((line) => line !== "")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    expect(variables.get("HOME")).toBe(own);
    expect(variables.get(key)).toBe("its-own");
    for (const [name, value] of Object.entries(SECRETS)) {
      expect(variables.has(name)).toBe(false);
      expect([...variables.values()].join()).not.toContain(value);
    }
    const secret = [...variables.keys()].filter((name) => /KEY|TOKEN|SECRET|PASSWORD/.test(name));
    // The password is takopi's own, made for this server.
    expect(secret.filter((name) => name !== "OPENCODE_SERVER_PASSWORD")).toEqual([key]);
    expect(filesOf(person)).toEqual(before);
    expect(filesOf(own).length).toBeGreaterThan(1);
  },
);
