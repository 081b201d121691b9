import { expect, test } from "vitest";
import { coverage, toApproval, toChoices, toDecision } from "../../../../runners/opencode/live/questions.ts";

const request = { id: "per_1", sessionID: "ses_1", permission: "bash", patterns: ["rm x"], always: ["rm *"] };

test("a command is shown whole, with what the session's permission would cover", () => {
  const command = `rm x\n${"a".repeat(300)}`;
  const approval = toApproval({ ...request, metadata: { command } }, "/repo");
  expect(approval).toMatchObject({ kind: "command", command, cwd: "/repo", canAllowSession: true });
  expect(approval.title).toMatch(/^rm x a{194}…$/);
  expect(approval.body).toBe(`${command}\n\nAllowed for the session, this would cover: bash rm *`);
  expect(coverage({ ...request, metadata: {} })).toEqual(["bash rm *"]);
});

test("a file change is shown with its paths and its diff", () => {
  const metadata = { filepath: "/repo/a.txt", diff: "-a\n+b" };
  const asked = { ...request, permission: "edit", patterns: ["a.txt"], always: [], metadata };
  expect(toApproval(asked, "/repo")).toEqual({
    id: "per_1",
    kind: "file_change",
    tool: "edit",
    title: "edit: a.txt",
    paths: ["/repo/a.txt"],
    body: "-a\n+b",
    cwd: "/repo",
    canAllowSession: false,
  });
});

test("any other permission says what it is for, and is never taken for a mere command", () => {
  const outside = { ...request, permission: "external_directory", patterns: ["/etc/*"], always: ["/etc/*"] };
  const approval = toApproval({ ...outside, metadata: { command: "cat /etc/passwd" } }, "/repo");
  expect(approval).toMatchObject({ kind: "permission", title: "outside the project: cat /etc/passwd" });
  expect(approval.body).toContain("/etc/*");
  expect(approval.command).toBeUndefined();
  const page = { ...request, permission: "webfetch", patterns: ["https://a.b"], metadata: { url: "https://a.b" } };
  expect(toApproval(page, "/repo")).toMatchObject({ kind: "permission", title: "webfetch: https://a.b" });
});

test("each question of a request is a card of its own", () => {
  const options = [{ label: "A", description: "first" }, { label: "B" }];
  const questions = [
    { question: "Which?", header: "W", options },
    { question: "More?", options, custom: false },
  ];
  expect(toChoices({ id: "que_1", sessionID: "ses_1", questions })).toMatchObject([
    { id: "que_1#0", title: "Which?", isOpen: true, isMultiple: false, options: [{ value: "A" }, { value: "B" }] },
    { id: "que_1#1", title: "More?", isOpen: false },
  ]);
});

test("a refusal always has words for the model, since without them the turn would end", () => {
  expect(toDecision({ type: "deny" })).toEqual({ reply: "reject", message: expect.stringMatching(/./) });
  expect(toDecision({ type: "deny", reason: "no" })).toEqual({ reply: "reject", message: "no" });
  expect(toDecision({ type: "dismiss" })).toEqual({ reply: "reject" });
  expect(toDecision({ type: "text", text: "yes" })).toBeUndefined();
});
