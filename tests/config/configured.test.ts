import { expect, test } from "vitest";
import { engines, makeEngine } from "../../runners/index.ts";
import { engineOptions } from "../../src/config/engine-options.ts";
import { checkConfig } from "../../src/config/load.ts";
import { parseToml } from "../../src/config/toml.ts";

const load = (text: string) =>
  checkConfig({
    ...{ table: parseToml(text, "FILE"), file: "/home/FILE", cwd: "/", env: { HOME: "/home" } },
    ...{ engines, make: makeEngine },
  });

const gemini = '[engines.gemini]\ntype = "acp"\n';

test("an engine of the config has its options in its own table, and a project's over them", () => {
  const config = load(
    `${gemini}cmd = "bin/gemini"\nmodel = "pro"\n[projects.web]\npath = "web"\n[projects.web.gemini]\nmodel = "flash"`,
  );
  const engine = config.known.find(({ id }) => id === "gemini");
  if (!engine) throw new Error("no such engine");
  expect(engineOptions(config, engine, undefined)).toMatchObject({
    cmd: "/home/bin/gemini",
    model: "pro",
    interactive: true,
  });
  expect(engineOptions(config, engine, config.projects.get("web"))).toMatchObject({ model: "flash" });
  expect(config.warnings).toEqual([]);
});

test("it can be the default engine, and its rules gate without interactive = true", () => {
  const config = load(`default_engine = "gemini"\n${gemini}allow = ["ls"]`);
  expect(config.default_engine).toBe("gemini");
  expect(config.warnings).toEqual([]);
});

test.each([
  [`${gemini}modle = "x"`, "engines.gemini.modle is not a known key; did you mean model?"],
  [`[engines.gemini]\ntype = "mcp"`, 'engines.gemini has the type "mcp"; expected "acp", or'],
  [`[engines.codex]\ntype = "acp"`, 'engines.codex would be the engine "codex", which there is already'],
  [`[engines.Gemini]\ntype = "acp"`, "engines.Gemini is no name for an engine"],
  [`${gemini}[gemini]\nmodel = "x"`, "engines.gemini has options in [gemini] too"],
  ["engines = 3", "engines is neither a list of packages nor tables"],
  [`[projects.web]\npath = "web"\n[projects.web.gemini]\nmodel = "x"`, "projects.web.gemini is not a known key"],
])("%s is refused", (text, error) => {
  expect(() => load(text)).toThrow(error);
});
