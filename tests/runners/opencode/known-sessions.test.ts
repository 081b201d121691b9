import { expect, test } from "vitest";
import { learnFrom, recallDirectory, rememberDirectory } from "../../../runners/opencode/known-sessions.ts";
import type { RunEvent } from "../../../src/domain/events.ts";
import type { Run, RunRequest } from "../../../src/engine/contract.ts";
import { noLog } from "../../helpers/recordings.ts";

const toRun = (events: readonly RunEvent[]): Run => ({
  controls: {},
  stop: async () => {},
  async *[Symbol.asyncIterator]() {
    yield* events;
  },
});

const request = (session?: string): RunRequest => ({
  runId: "run-1",
  prompt: "Go.",
  cwd: "/repo",
  env: {},
  options: {},
  log: noLog,
  ...(session !== undefined && { resume: { engine: "opencode", value: session } }),
});

const started = (value: string): RunEvent => ({
  type: "started",
  engine: "opencode",
  resume: { engine: "opencode", value },
});
const failed: RunEvent = { type: "completed", engine: "opencode", ok: false, answer: "", error: "no" };

async function collect(run: Run): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

test("a new run teaches where its session lives, and its events pass unchanged", async () => {
  const events = [started("ses_new"), failed];
  expect(await collect(learnFrom(toRun(events), request()))).toEqual(events);
  expect(recallDirectory("ses_new")).toBe("/repo");
});

test("a resumed session stays where it was, whatever directory the request names", async () => {
  rememberDirectory("ses_old", "/home");
  await collect(learnFrom(toRun([started("ses_old"), failed]), request("ses_old")));
  expect(recallDirectory("ses_old")).toBe("/home");
});

test("a session that could not be gone on with is forgotten, so that opencode is asked again", async () => {
  rememberDirectory("ses_moved", "/home");
  await collect(learnFrom(toRun([failed]), request("ses_moved")));
  expect(recallDirectory("ses_moved")).toBeUndefined();
});

test("the number of sessions remembered is bounded", () => {
  rememberDirectory("ses_first", "/repo");
  for (let n = 0; n < 1000; n += 1) rememberDirectory(`ses_${n}`, "/repo");
  expect(recallDirectory("ses_first")).toBeUndefined();
  expect(recallDirectory("ses_999")).toBe("/repo");
});
