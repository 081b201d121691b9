import { expect, test } from "vitest";
import { opencodeOptions, toArguments, toPermission, withoutQuestions } from "../../../runners/opencode/options.ts";

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
  expect(withoutQuestions(undefined)).toBe('{"question":"deny"}');
  expect(withoutQuestions('{"*":"allow","question":"allow"}')).toBe('{"*":"allow","question":"deny"}');
  expect(withoutQuestions("not JSON")).toBe("not JSON");
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
