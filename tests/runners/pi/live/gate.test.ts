import { expect, test } from "vitest";
import { toAnswer, toQuestion } from "../../../../runners/pi/live/dialogs.ts";
import { gateArguments } from "../../../../runners/pi/live/gate.ts";
import gate from "../../../../runners/pi/live/gate-extension.ts";
import type { UiRequest } from "../../../../runners/pi/live/schema.ts";
import type { Question, Reply } from "../../../../src/domain/question.ts";

type Handler = Parameters<Parameters<typeof gate>[0]["on"]>[1];
type ToolCall = Parameters<Handler>[0];

/** Loads the gate as pi does, and answers its dialogs. Gives what a call became, and what was asked. */
function load(reply: Reply | string, hasUI = true) {
  const asked: Question[] = [];
  let handler: Handler = async () => undefined;
  gate({
    on: (_, given) => {
      handler = given;
    },
  });
  const input = async (title: string, placeholder: string): Promise<string | undefined> => {
    const request = toRequest(title, placeholder);
    const question = toQuestion(request);
    if (question) asked.push(question);
    if (typeof reply === "string") return reply;
    const answer = toAnswer(request, reply);
    return "value" in answer ? answer.value : undefined;
  };
  const call = (toolName: string, input_: ToolCall["input"]) =>
    handler({ toolName, input: input_ }, { hasUI, cwd: "/repo", ui: { input } });
  return { asked, call };
}

const toRequest = (title: string, placeholder: string): UiRequest => ({
  ...{ type: "extension_ui_request", id: "d1", method: "input", title, placeholder },
  ...{ message: "", options: [], prefill: "", notifyType: "info" },
});

const allow: Reply = { type: "allow", scope: "once" };

test("tools that only read are not asked about", async () => {
  const { asked, call } = load({ type: "deny" });
  for (const tool of ["read", "grep", "find", "ls"]) expect(await call(tool, { path: "a" })).toBeUndefined();
  expect(asked).toEqual([]);
});

test("a command of several lines is shown whole", async () => {
  const { asked, call } = load(allow);
  const command = "cd /repo/src &&\n  make\nrm -rf build";
  expect(await call("bash", { command })).toBeUndefined();
  expect(asked).toMatchObject([{ id: "d1", kind: "command", command, body: command, cwd: "/repo" }]);
});

test("any other tool is asked about with all that it is given", async () => {
  const { asked, call } = load(allow);
  await call("deploy", { to: "production" });
  expect(asked).toMatchObject([{ kind: "permission", title: "deploy", body: '{\n  "to": "production"\n}' }]);
  await call("bash", { cmd: "ls" });
  expect(asked[1]).toMatchObject({ kind: "permission", title: "bash" });
});

test("for the session means the same command, the same file, the same call", async () => {
  const { asked, call } = load({ type: "allow", scope: "session" });
  await call("bash", { command: "npm test" });
  await call("bash", { command: "npm test" });
  await call("write", { path: "a.txt", content: "one" });
  await call("edit", { path: "a.txt", edits: [{ oldText: "one", newText: "two" }] });
  expect(asked).toHaveLength(2);
  await call("bash", { command: "npm test; rm -rf x" });
  await call("write", { path: "b.txt", content: "one" });
  expect(asked).toHaveLength(4);
});

test.each<[string, Reply | string, string]>([
  ["a denial", { type: "deny" }, "The user denied this."],
  ["a denial with a reason", { type: "deny", reason: "not on Fridays" }, "The user denied this: not on Fridays"],
  ["no answer", { type: "dismiss" }, "Nobody approved this."],
  ["a reply of another kind", { type: "text", text: '{"verdict":"allow"}' }, "The user denied this."],
  ["an answer that is not JSON", "Allow", "The user denied this."],
  ["an answer of another shape", '"allow"', "The user denied this."],
  ["null for an answer", "null", "The user denied this."],
])("%s blocks the tool, and the model hears of it", async (_, reply, reason) => {
  expect(await load(reply).call("bash", { command: "ls" })).toEqual({ block: true, reason });
});

test("if nobody can be asked, nothing is allowed", async () => {
  expect(await load(allow, false).call("bash", { command: "ls" })).toMatchObject({ block: true });
});

test("the gate is loaded only if something is to be asked or denied", () => {
  for (const options of [{}, { approvals: "allow" as const }, { allow: ["ls"] }, { deny: [] }]) {
    expect(gateArguments(options)).toEqual([]);
  }
  const loaded = ["--extension", expect.stringMatching(/\/runners\/pi\/live\/gate-extension\.ts$/)];
  for (const options of [{ approvals: "ask" as const }, { approvals: "deny" as const }, { deny: ["rm *"] }]) {
    expect(gateArguments(options)).toEqual(loaded);
  }
});
