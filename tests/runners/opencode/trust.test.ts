import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { planServer } from "../../../runners/opencode/live/launch.ts";
import { readInstructions } from "../../../runners/opencode/live/plugin.ts";
import { instructionsOf, requireNoPlugins, withoutPrograms } from "../../../runners/opencode/trust.ts";
import { EngineHost } from "../../../src/engine/host.ts";
import { noLog } from "../../helpers/recordings.ts";

let root: string;
let repo: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "opencode-trust-")));
  repo = join(root, "repo");
  mkdirSync(join(repo, ".git"), { recursive: true });
  mkdirSync(join(repo, "sub"));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, text = ""): void {
  mkdirSync(dirname(join(repo, name)), { recursive: true });
  writeFileSync(join(repo, name), text);
}
const check = () => requireNoPlugins(join(repo, "sub"), { HOME: root });
const plan = (trusted: boolean) =>
  planServer({
    options: { model: "a/b" },
    env: { HOME: root },
    cwd: repo,
    log: noLog,
    trusted,
    host: new EngineHost(),
  });

test.each([
  [".opencode/plugin/a.js", ""],
  [".opencode/plugins/a.ts", ""],
  ["sub/.opencode/plugin/a.js", ""],
  ["opencode.json", '{"plugin":["x"]}'],
  ["opencode.json", '{"plu\\u0067in":["x"]}'],
  [".opencode/opencode.jsonc", '{// c\n"plugins":["x",],}'],
  ["sub/opencode.jsonc", "{ broken"],
])("an untrusted repository with %s (%s) is refused by its name", async (name, text) => {
  put(name, text);
  expect(check).toThrow(`opencode would run ${join(repo, name)}`);
});

test.each(['{"plugin":[]}', '{"permission":{"bash":"allow"}}', "", "[]"])("one without plugins is not (%s)", (text) => {
  put("opencode.json", text);
  put(".opencode/command/plugin.md");
  expect(check).not.toThrow();
});

test("the server of an untrusted project reads no project config, and is another than that of a trusted one", async () => {
  const [untrusted, trusted] = [await plan(false), await plan(true)];
  expect(untrusted.command.added).toMatchObject({ OPENCODE_DISABLE_PROJECT_CONFIG: "1" });
  expect(JSON.parse(untrusted.command.added?.["OPENCODE_CONFIG_CONTENT"] ?? "")).toMatchObject({
    lsp: false,
    formatter: false,
  });
  expect(trusted.command.added).not.toHaveProperty("OPENCODE_DISABLE_PROJECT_CONFIG");
  expect(trusted.key).not.toBe(untrusted.key);
});

test("the person's own config is kept if programs are switched off", () => {
  const own = '{"model":"a/b","instructions":["x.md"],"lsp":{"a":{}}}';
  const merged = { model: "a/b", lsp: false, formatter: false, instructions: ["x.md", "y.md"] };
  expect(JSON.parse(withoutPrograms(own, ["y.md"]))).toEqual(merged);
});

test("headless and live, the model gets the first kind of instruction file that there is", () => {
  for (const name of ["CONTEXT.md", "CLAUDE.md", "sub/CLAUDE.md"]) put(name, name);
  const files = [join(repo, "CLAUDE.md"), join(repo, "sub/CLAUDE.md")];
  expect(instructionsOf(join(repo, "sub"))).toEqual(files);
  const config = { instructions: ["own.md"] };
  readInstructions(config, { directory: join(repo, "sub"), worktree: repo });
  expect(config.instructions).toEqual(["own.md", ...files]);
});
