import { expect, test } from "vitest";
import { newMessageId, promptCall, splitModel } from "../../../../runners/opencode/live/prompt.ts";

test("a message's id has the form and the order of opencode's own", () => {
  // Seen in 1.18.33: this message was made at that time, as the second of its millisecond.
  expect(newMessageId(1795207374131).slice(0, 13)).toBe("msg_1fab2a533");
  expect(newMessageId(1795207374131)).toMatch(/^msg_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
  expect(newMessageId(1795207374131) < "msg_1fab2a533001cmVtt02LPtRLqt").toBe(true);
  expect(newMessageId(2) > newMessageId(1)).toBe(true);
});

test("a model's name may hold slashes", () => {
  expect(splitModel("openrouter/meta/llama")).toEqual({ providerID: "openrouter", modelID: "meta/llama" });
  for (const name of ["none", "/x", "x/", ""]) expect(() => splitModel(name)).toThrow("provider/model");
});

test("opencode decides whatever the options leave out", () => {
  const call = promptCall({ session: "ses_1", directory: "/repo", text: "Hello.", images: [], options: {} });
  expect(call).toMatchObject({ path: "/session/ses_1/prompt_async", directory: "/repo" });
  expect(call.body).toEqual({ parts: [{ type: "text", text: "Hello." }] });
  const options = { model: "a/b", agent: "plan", variant: "high" };
  expect(
    promptCall({ session: "ses_1", directory: "/repo", text: "x", images: [], options, id: "msg_1" }).body,
  ).toEqual({
    parts: [{ type: "text", text: "x" }],
    messageID: "msg_1",
    model: { providerID: "a", modelID: "b" },
    agent: "plan",
    variant: "high",
  });
});
