import { expect, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { load } from "./bench.ts";

test("a key that only other engines have is left out with a warning, and one that nobody has is refused", () => {
  const config = load(`
[pi]
service_tier = "fast"
ephemeral = true
[projects.web]
path = "/tmp/web"
[projects.web.opencode]
ephemeral = true
model = "a/b"`);
  expect(config.engines).toMatchObject({ pi: { ephemeral: true } });
  expect(config.engines["pi"]).not.toHaveProperty("service_tier");
  expect(config.projects.get("web")?.engines).toEqual({ opencode: { model: "a/b" } });
  expect(config.warnings).toEqual([
    "pi.service_tier does nothing: pi has no such option.",
    "projects.web.opencode.ephemeral does nothing: opencode has no such option.",
  ]);
  expect(() => load("[pi]\nservice_teer = 1")).toThrow(/pi\.service_teer is not a known key/);
});

test("pi has no MCP servers; elsewhere a program's path begins at the config, and takopi's own name is taken", () => {
  const config = load(
    `
[pi.mcp.demo]
command = "demo"
[codex.mcp.demo]
command = "./demo"
args = ["./as-it-is"]`,
    {},
    engines,
  );
  expect(config.warnings).toEqual(["pi.mcp does nothing: pi has no such option."]);
  expect(config.engines["pi"]).toEqual({});
  const demo = { command: `${config.directory}/demo`, args: ["./as-it-is"] };
  expect(config.engines["codex"]).toMatchObject({ mcp: { demo } });
  expect(() => load('[codex.mcp.takopi]\ncommand = "x"', {}, engines)).toThrow(
    /codex\.mcp\.takopi .*takopi's own tools/,
  );
  expect(() => load('[codex.mcp.demo]\ncmd = "x"', {}, engines)).toThrow(/codex\.mcp\.demo/);
});
