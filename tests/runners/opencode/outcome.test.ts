import { expect, test } from "vitest";
import { end } from "../../../runners/opencode/outcome.ts";
import { initialState, type OpencodeState } from "../../../runners/opencode/state.ts";
import type { Exit } from "../../../src/engine/define.ts";

const well: Exit = { code: 0, signal: undefined, stderr: "", stopped: undefined };
const done: OpencodeState = { ...initialState, session: "ses_1", answer: "All done.", reason: "stop" };

test("a last step that says stop and an exit with 0 is an answer", () => {
  const resume = { engine: "opencode", value: "ses_1" };
  expect(end(done, well)).toEqual({ type: "completed", engine: "opencode", ok: true, answer: "All done.", resume });
});

test("an exit with 1 after an error that was got over is an answer all the same", () => {
  expect(end({ ...done, failure: { text: "too long" } }, { ...well, code: 1 })).toMatchObject({
    ok: true,
    answer: "All done.",
  });
});

test("an error that nothing followed is the run's error, and the answer so far is kept", () => {
  const failed = { ...done, reason: undefined, failure: { text: "Bad request" } };
  expect(end(failed, { ...well, code: 1 })).toMatchObject({ ok: false, answer: "All done.", error: "Bad request" });
});

test("a reason to stop it comes before everything else", () => {
  expect(end(done, { ...well, code: undefined, signal: "SIGTERM", stopped: "Stopped by you." })).toMatchObject({
    ok: false,
    error: "Stopped by you.",
  });
});

test("a run that something else ended says by which signal", () => {
  const killed = { ...well, code: undefined, signal: "SIGKILL", stderr: "out of memory" };
  expect(end(done, killed).error).toBe("opencode was ended by SIGKILL.\nout of memory");
});

test("a refused permission is no answer, though opencode exits with 0", () => {
  const stderr = "! permission requested: bash (rm -f ./junk.txt); auto-rejecting";
  const { ok, error } = end({ ...done, reason: "tool-calls" }, { ...well, stderr });
  expect(ok).toBe(false);
  expect(error).toMatch(/permission .*bash \(rm -f \.\/junk\.txt\).*`opencode\.permission`/);
});

test("an exit code without an error line brings what was on stderr", () => {
  const { error } = end(initialState, { ...well, code: 1, stderr: "Error: Failed to change directory to /nowhere" });
  expect(error).toBe("opencode failed with exit code 1.\nFailed to change directory to /nowhere");
});

test.each([
  ["content-filter", /content filter/],
  ["tool-calls", /without a result/],
  [undefined, /without a result/],
])("a last step that says %s is no answer", (reason, error) => {
  expect(end({ ...done, reason }, well)).toMatchObject({ ok: false, error: expect.stringMatching(error) });
});

test.each(["length", "other", "unknown"])("a last step that says %s is an answer", (reason) => {
  expect(end({ ...done, reason }, well).ok).toBe(true);
});

test("an answer that was cut says so at its end", () => {
  expect(end({ ...done, reason: "length" }, well).answer).toMatch(/^All done\.\n\n\(Cut off here.*output limit/);
});

test("an end without a session says that there was none", () => {
  expect(end(initialState, well).error).toMatch(/no session_id/);
});

test("if opencode was kept from its hosted models, an error without a cause says how to name one", () => {
  const failure = { text: "Unexpected server error.", ref: "err_1" };
  const { error } = end({ ...initialState, isGuarded: true, failure }, { ...well, code: 1 });
  expect(error).toMatch(/^Unexpected server error\.\n.*err_1.*`opencode\.model`.*`opencode\.hosted_models = true`/);
});

test("an error that says its cause needs no advice", () => {
  const failed = { ...initialState, isGuarded: true, failure: { text: "invalid key" } };
  expect(end(failed, { ...well, code: 1 }).error).toBe("invalid key");
});
