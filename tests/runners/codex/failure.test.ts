import { expect, test } from "vitest";
import { endWithoutTurn, explain, plainMessage, saidOnStderr } from "../../../runners/codex/failure.ts";
import { initial, outcome } from "../../../runners/codex/translate.ts";
import type { Exit } from "../../../src/engine/define.ts";

const THREAD = "01a1fd69-eec0-7f60-afdf-46a8ca1726da";
const sofar = outcome({ ...initial, thread: THREAD });
const exit = (fields: Partial<Exit>): Exit => ({
  code: undefined,
  signal: undefined,
  stderr: "",
  stopped: undefined,
  ...fields,
});

test.each([
  [
    `warning: Untrusted project-local configuration is disabled.\nError: thread/resume: thread/resume failed: no rollout found for thread id ${THREAD} (code -32600)\n`,
    `no rollout found for thread id ${THREAD}`,
  ],
  ["Error: boom\n\nStack backtrace:\n   0: std::backtrace\n   1: core::ops::function::FnOnce::call_once\n", "boom"],
  [
    "Error loading config.toml: unknown variant `banana`, expected one of `read-only`\nin `sandbox_mode`\n",
    "Error loading config.toml: unknown variant `banana`, expected one of `read-only`\nin `sandbox_mode`",
  ],
  [
    "error: unexpected argument '--nope' found\n\nUsage: codex exec\n",
    "unexpected argument '--nope' found\nUsage: codex exec",
  ],
  [
    "Reading prompt from stdin...\n2026-11-21T09:23:48.579226Z ERROR codex_core::tools::router: error=patch rejected\n",
    "",
  ],
  [
    "Failed to read output schema file /nope.json: No such file\n",
    "Failed to read output schema file /nope.json: No such file",
  ],
])("of stderr, the error is told", (stderr, said) => {
  expect(saidOnStderr(stderr)).toBe(said);
});

test.each([
  [
    `Error: thread/resume: thread/resume failed: no rollout found for thread id ${THREAD} (code -32600)`,
    "Codex no longer has this thread.",
  ],
  [
    `Error: thread/resume: thread/resume failed: thread ${THREAD} already has an active writer (code -32600)`,
    "open in another Codex",
  ],
  [
    'Error finding codex home: CODEX_HOME points to "/nope", but that path does not exist',
    "CODEX_HOME names a directory that is not there.",
  ],
  ["Not inside a trusted directory and --skip-git-repo-check was not specified.", "does not trust this directory"],
  ["Not logged in", "Run `codex login`"],
])("a start that fails with %j says what to do, and what codex said", (stderr, mend) => {
  const { ok, error } = endWithoutTurn(sofar, exit({ code: 1, stderr }));
  expect(ok).toBe(false);
  expect(error).toContain(mend);
  expect(error).toContain(saidOnStderr(stderr));
  expect(error).toContain("exit code 1");
});

test("a signal, and an end without a word, are told", () => {
  expect(endWithoutTurn(sofar, exit({ signal: "SIGKILL" })).error).toBe("Codex was ended by SIGKILL.");
  expect(endWithoutTurn(sofar, exit({ code: 0 })).error).toBe("Codex ended without an answer.");
});

test("a run that the bridge stopped says why, and keeps the thread", () => {
  expect(endWithoutTurn(sofar, exit({ code: 1, stopped: "cancelled" }))).toMatchObject({
    ok: false,
    error: "cancelled",
    resume: { engine: "codex", value: THREAD },
  });
});

test("an answer counts when only the last line of the stream is missing", () => {
  expect(endWithoutTurn({ ...sofar, answer: "Done." }, exit({ code: 0 }))).toMatchObject({ ok: true, answer: "Done." });
});

test.each([
  ['{"error":{"message":"No such model","code":null}}', "No such model"],
  ['{"detail":"Not with this account"}', "Not with this account"],
  ['{"message":"Slow down"}', "Slow down"],
  ['{"code":7}', '{"code":7}'],
  ["{not JSON", "{not JSON"],
  ["a sentence", "a sentence"],
])("a model server's %s is told as %s", (message, told) => {
  expect(plainMessage(message)).toBe(told);
});

test("an account that was signed out elsewhere gets the advice to log in", () => {
  const said = "Your session ended because you signed in to another account. Please sign in again.";
  expect(explain(said)).toMatch(/^Codex is not logged in.*codex login/);
});
