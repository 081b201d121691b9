import { expect, test } from "vitest";
import { engines } from "../../../runners/index.ts";
import {
  NO_QUESTIONS,
  opencodeOptions,
  toArguments,
  toPermission,
  withRules,
} from "../../../runners/opencode/options.ts";
import { checkConfig } from "../../../src/config/load.ts";
import { parseToml } from "../../../src/config/toml.ts";

const read = (text: string) =>
  checkConfig({ table: parseToml(text, "FILE"), file: "/FILE", engines, cwd: "/", env: { HOME: "/" } });

test("without options opencode decides everything but the stream and the directory", () => {
  expect(toArguments({}, "/repo")).toEqual(["run", "--format", "json", "--dir", "/repo"]);
});

test("every option is a flag, and extra arguments come last", () => {
  const options = {
    model: "fake/m",
    agent: "plan",
    variant: "high",
    title: "-- a title",
    thinking: true,
    extra_args: ["--print-logs"],
  };
  expect(toArguments(options, "/repo", { session: "ses_1" }).slice(3).join("|")).toBe(
    "--dir|/repo|--session=ses_1|--model=fake/m|--agent=plan|--variant=high|--title=-- a title|--thinking|--print-logs",
  );
});

test("no value becomes a flag of its own", () => {
  const options = { model: "--auto", agent: "--auto", variant: "--auto", title: "--auto" };
  expect(toArguments(options, "/repo", { session: "--auto" })).not.toContain("--auto");
});

test("one word of permission becomes a rule for every tool, for opencode drops a bare word", () => {
  expect(toPermission({ permission: "allow" })).toBe('{"*":"allow"}');
});

test("a table of permissions is passed as it is", () => {
  const permission = { edit: "deny", bash: { "git *": "allow", "*": "ask" } } as const;
  expect(JSON.parse(toPermission({ permission }) ?? "")).toEqual(permission);
  expect(toPermission({})).toBeUndefined();
});

test("a headless run has no tool to ask a question, whatever else it may do", () => {
  expect(withRules(undefined, NO_QUESTIONS)).toBe('{"question":"deny"}');
  expect(withRules('{"*":"allow","question":"allow"}', NO_QUESTIONS)).toBe('{"*":"allow","question":"deny"}');
  expect(withRules("not JSON", NO_QUESTIONS)).toBe("not JSON");
});

test.each([{ permission: "yes" }, { permission: { bash: "maybe" } }, { permisson: "allow" }, { thinking: "high" }])(
  "%j is refused",
  (options) => {
    expect(opencodeOptions.safeParse(options).success).toBe(false);
  },
);

test.each([
  [{ permission: { bash: "maybe" } }, ["permission"], 'must be "allow", "ask" or "deny"'],
  [{ permission: "yes" }, ["permission"], 'must be "allow", "ask" or "deny"'],
  [{ model: "gpt-5.5" }, ["model"], "must be provider/model, such as anthropic/claude-sonnet-4-5"],
])("%j is refused with what is allowed", (options, path, message) => {
  const issue = opencodeOptions.safeParse(options).error?.issues[0];
  expect(issue?.path.slice(0, 1)).toEqual(path);
  expect(issue?.message).toBe(message);
});

test("options of opencode that do not do what they seem to are warned of, by engine and by project", () => {
  const warnings = (text: string) => read(text).warnings;
  expect(warnings('[opencode]\ninteractive = true\nextra_args = ["--print-logs"]')).toEqual([
    "opencode.extra_args is not used with opencode.interactive = true: put it into opencode.serve_args.",
  ]);
  expect(warnings('[opencode]\nserve_args = ["--mdns"]')).toEqual([
    "opencode.serve_args is not used with opencode.interactive = false: put it into opencode.extra_args.",
  ]);
  for (const permission of ['"ask"', '{ bash = "ask" }', '{ bash = { "git *" = "ask" } }']) {
    expect(warnings(`[opencode]\npermission = ${permission}`)).toEqual([
      expect.stringMatching(/^opencode\.permission asks/),
    ]);
    expect(warnings(`[opencode]\ninteractive = true\npermission = ${permission}`)).toEqual([]);
  }
  const web = '[projects.web]\npath = "/web"\n[projects.web.opencode]\ninteractive = true\n';
  expect(warnings(`[opencode]\nextra_args = ["-x"]\n${web}`)).toEqual([
    expect.stringMatching(/^projects\.web\.opencode\.extra_args is not used/),
  ]);
});

test("a permission that opencode would not take names its place and what is allowed", () => {
  const text = '[opencode]\npermission = { bash = "maybe" }';
  expect(() => read(text)).toThrow('opencode.permission.bash is "maybe"; expected "allow", "ask" or "deny".');
});
