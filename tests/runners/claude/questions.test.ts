import { expect, test } from "vitest";
import type { Ask } from "../../../runners/claude/live/protocol.ts";
import { toAsking } from "../../../runners/claude/live/questions.ts";
import type { Reply } from "../../../src/domain/question.ts";

const RULE = { type: "addRules", rules: [{ toolName: "Bash", ruleContent: "mkdir *" }] };

const ask = (tool_name: string, input: Ask["input"], more: Partial<Ask> = {}): Ask => ({
  ...{ subtype: "can_use_tool", tool_name, input, permission_suggestions: [] },
  ...more,
});
const command = ask(
  "Bash",
  { command: "mkdir /repo/one" },
  { description: "make it", permission_suggestions: [RULE, { type: "setMode" }, { type: "addDirectories" }] },
);
const respond = (asked: Ask, ...replies: Reply[]) => toAsking("a", asked, "/repo").toAnswer(replies);
const questionOf = (asked: Ask) => toAsking("a", asked, "/repo").questions[0];

test("a command is shown whole, with the model's words for it", () => {
  const body = "mkdir /repo/one";
  const shown = { id: "a", kind: "command", title: "Run mkdir one", command: body, body, reason: "make it" };
  expect(questionOf(command)).toEqual({ ...shown, tool: "Bash", cwd: "/repo", canAllowSession: true });
});

test("for the session only rules are added, and none of claude's other suggestions", () => {
  const session = { ...RULE, behavior: "allow", destination: "session" };
  expect(respond(command, { type: "allow", scope: "session" })).toEqual({
    ...{ behavior: "allow", updatedInput: command.input, updatedPermissions: [session] },
  });
  expect(respond(command, { type: "allow", scope: "once" })).toEqual({
    behavior: "allow",
    updatedInput: command.input,
  });
  const suppressed = { ...command, suppress_always_allow_rule: true };
  expect(questionOf(suppressed)).toMatchObject({ canAllowSession: false });
  expect(respond(suppressed, { type: "allow", scope: "session" })).not.toHaveProperty("updatedPermissions");
});

test.each<[Reply, string]>([
  [{ type: "deny", reason: "use the tests" }, "The user denied this: use the tests"],
  [{ type: "deny" }, "The user denied this."],
  [{ type: "dismiss" }, "Nobody approved this."],
  [{ type: "choose", values: ["x"] }, "Nobody approved this."],
])("%j denies", (reply, message) => {
  expect(respond(command, reply)).toEqual({ behavior: "deny", message });
});

test("a change is shown as its lines, and another tool with all that it is given", () => {
  const edit = { file_path: "/repo/a.txt", old_string: "one\ntwo", new_string: "three" };
  const change = { kind: "file_change", title: "Edit a.txt", paths: ["/repo/a.txt"], body: "-one\n-two\n+three" };
  expect(questionOf(ask("Edit", edit))).toMatchObject({ ...change, canAllowSession: false });
  expect(questionOf(ask("mcp__demo__ping", { to: "x" }))).toMatchObject({
    ...{ kind: "permission", title: "mcp__demo__ping", body: '{\n  "to": "x"\n}' },
  });
});

const option = (label: string) => ({ label, description: "" });
const questions = [
  { question: "Which colours?", header: "Colour", multiSelect: true, options: [option("Red"), option("Blue")] },
  { question: "Which size?", options: [] },
];

test("several questions are asked one by one and answered together, by their own texts", () => {
  const asked = ask("AskUserQuestion", { questions });
  expect(toAsking("a", asked, "/repo").questions).toMatchObject([
    { id: "a.0", kind: "choice", title: "Colour", body: "Which colours?", isMultiple: true, isOpen: true },
    { id: "a.1", kind: "text", title: "claude asks", body: "Which size?" },
  ]);
  const both = respond(asked, { type: "choose", values: ["Red", "Blue"] }, { type: "text", text: "L" });
  expect(both).toMatchObject({
    updatedInput: { questions, answers: { "Which colours?": "Red, Blue", "Which size?": "L" } },
  });
  const one = respond(asked, { type: "dismiss" }, { type: "text", text: "L" });
  expect(one).toMatchObject({ behavior: "allow", updatedInput: { answers: { "Which size?": "L" } } });
  expect(respond(asked, { type: "dismiss" })).toMatchObject({ behavior: "deny" });
});

test("a plan is carried out only by choice; words send it back", () => {
  const asked = ask("ExitPlanMode", { plan: "1. Look" });
  expect(questionOf(asked)).toMatchObject({ kind: "choice", body: "1. Look" });
  expect(respond(asked, { type: "choose", values: ["go"] })).toEqual({ behavior: "allow", updatedInput: asked.input });
  expect(respond(asked, { type: "choose", values: ["edit"] })).toMatchObject({
    updatedPermissions: [{ type: "setMode", mode: "acceptEdits", destination: "session" }],
  });
  expect(respond(asked, { type: "text", text: "more" })).toEqual({ behavior: "deny", message: "more" });
  expect(respond(asked, { type: "allow", scope: "once" })).toMatchObject({ behavior: "deny" });
});
