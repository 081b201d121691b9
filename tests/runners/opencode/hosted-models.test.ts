import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withoutHostedModels } from "../../../runners/opencode/hosted-models.ts";
import type { OpencodeOptions } from "../../../runners/opencode/options.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "opencode-home-"));
  mkdirSync(join(home, "repo/packages/app"), { recursive: true });
  mkdirSync(join(home, "repo/.git"));
});
afterEach(() => rmSync(home, { recursive: true }));

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
};
async function guard(options: OpencodeOptions = {}, env: Record<string, string> = {}): Promise<unknown> {
  const cwd = join(home, "repo/packages/app");
  const content = await withoutHostedModels({ options, env: { HOME: home, ...env }, cwd });
  return content === undefined ? undefined : JSON.parse(content);
}

test("if nothing names a model, the hosted provider is switched off", async () => {
  expect(await guard()).toEqual({ disabled_providers: ["opencode"] });
});

test.each([{ hosted_models: true }, { model: "anthropic/claude" }, { model: "opencode/big-pickle" }])(
  "%j is a choice",
  async (options) => {
    expect(await guard(options)).toBeUndefined();
  },
);

test.each([
  [".config/opencode/opencode.json", '{"model": "anthropic/claude"}'],
  [".config/opencode/opencode.jsonc", '{\n  // mine: "quoted" // twice\n  "model": "a/b", /* and */\n}'],
  ["repo/opencode.json", '{"enabled_providers": ["anthropic"]}'],
  ["repo/.opencode/opencode.json", '{"agent": {"build": {"model": "opencode/big-pickle"}}}'],
  ["repo/packages/app/opencode.jsonc", '{"model": "a/b"}'],
  [".local/share/opencode/auth.json", '{"opencode": {"type": "api", "key": "k"}}'],
])("a choice in %s stands", async (path, text) => {
  write(path, text);
  expect(await guard()).toBeUndefined();
});

test.each([
  { OPENCODE_API_KEY: "k" },
  { OPENCODE_CONFIG_CONTENT: '{"model": "a/b"}' },
  { OPENCODE_AUTH_CONTENT: '{"opencode": {"type": "api", "key": "k"}}' },
])("a choice in the environment stands: %j", async (env) => {
  expect(await guard({}, env)).toBeUndefined();
});

test("providers that the person switched off stay off, and the rest of an inline config stays in it", async () => {
  write(".config/opencode/opencode.json", '{"disabled_providers": ["openai"]}');
  write("repo/opencode.json", '{"disabled_providers": ["groq"], "share": "disabled"}');
  expect(await guard()).toEqual({ disabled_providers: ["groq", "opencode"] });
  expect(
    await guard({}, { OPENCODE_DISABLE_PROJECT_CONFIG: "1", OPENCODE_CONFIG_CONTENT: '{"share":"manual"}' }),
  ).toEqual({
    share: "manual",
    disabled_providers: ["openai", "opencode"],
  });
});

test("neither a config that cannot be read nor another provider's login is a choice", async () => {
  write("repo/opencode.json", '{"model": ');
  write(".local/share/opencode/auth.json", '{"anthropic": {"type": "api", "key": "k"}}');
  expect(await guard()).toEqual({ disabled_providers: ["opencode"] });
});

test("a config outside of the repository is not opencode's to read", async () => {
  write("opencode.json", '{"model": "a/b"}');
  expect(await guard()).toEqual({ disabled_providers: ["opencode"] });
});
