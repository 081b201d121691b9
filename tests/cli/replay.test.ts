import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command as replay } from "../../src/cli/replay.ts";
import { call, scratchHome } from "./calling.ts";

const STREAM = [
  { type: "thread.started", thread_id: "0199a213-81c0-7800-8aa1-bbab2a035a53" },
  { type: "turn.started" },
  { type: "item.completed", item: { id: "item_0", type: "agent_message", text: "Hello." } },
  {
    type: "turn.completed",
    usage: { input_tokens: 10, cached_input_tokens: 4, output_tokens: 2, reasoning_output_tokens: 0 },
  },
];

test("prints the events of a recording, one JSON a line, with one completed at the end", async () => {
  const home = scratchHome();
  writeFileSync(join(home, "run.jsonl"), STREAM.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { code, stdout } = await call(replay, home, "codex", "run.jsonl");
  expect(code).toBe(0);
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({
    type: "started",
    resume: { engine: "codex", value: "0199a213-81c0-7800-8aa1-bbab2a035a53" },
  });
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: true, answer: "Hello." });
});

test("prints the messages instead, the progress before the answer", async () => {
  const home = scratchHome();
  writeFileSync(join(home, "run.jsonl"), STREAM.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { stdout } = await call(replay, home, "codex", "run.jsonl", "--render");
  const line = "codex resume 0199a213-81c0-7800-8aa1-bbab2a035a53";
  expect(stdout).toBe(`working · codex · 0s\n\n${line}\n\ndone · codex · 0s\n\nHello.\n\n${line}\n`);
});

test("a recording that is cut off ends in a failure that says so", async () => {
  const { code, stdout } = await call(replay, scratchHome(), "codex");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ type: "completed", ok: false });
});

test.each([
  [["cdoex"], 'Unknown engine "cdoex"; did you mean codex?'],
  [["codex", "gone.jsonl"], "gone.jsonl is no file that can be read"],
  [[], "<engine> is missing: Whose stream it is."],
])("replay %j is refused", async (argv, message) => {
  await expect(call(replay, scratchHome(), ...argv)).rejects.toThrow(message);
});
