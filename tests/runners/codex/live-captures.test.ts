import { expect, test } from "vitest";
import { CodexServer } from "../../../runners/codex/live/server.ts";
import { closeThread, openThread } from "../../../runners/codex/live/thread.ts";
import { Turn } from "../../../runners/codex/live/turn.ts";
import type { CodexOptions } from "../../../runners/codex/options.ts";
import type { ActionEvent, Completed, RunEvent } from "../../../src/domain/events.ts";
import type { Reply } from "../../../src/domain/question.ts";
import { openRun } from "../../../src/engine/run-machine.ts";
import { recordingLog } from "../../engine/toy.ts";
import { DrivenRun, toRequest } from "../../helpers/driven.ts";
import { captureNames, type Exchange, play, readCapture } from "./live-player.ts";

const cwd = "/repo";
/** How each recording's questions were answered, and with what sandbox it was made. */
const replies: Readonly<Record<string, Reply>> = {
  approve: { type: "allow", scope: "once" },
  "approve-session": { type: "allow", scope: "session" },
  "deny-with-reason": { type: "deny", reason: "Not there." },
  "file-change": { type: "allow", scope: "once" },
  "ask-user": { type: "choose", values: ["Blue"] },
};

/** A run against the recorded server, as `open` makes it once the hands are shaken. */
function openPlayed(name: string, capture: readonly Exchange[]): { run: DrivenRun; heard: readonly object[] } {
  const begin = capture.findIndex(({ msg }) => msg.method === "thread/start");
  const { process, heard } = play(capture.slice(begin));
  const log = recordingLog();
  const server = new CodexServer(process, log);
  const sandbox = name === "file-change" ? "read-only" : "workspace-write";
  const options: CodexOptions = { sandbox };
  const request = { ...toRequest({ runId: "no-such-run", prompt: "Work.", cwd, options, env: {}, log }), options };
  const run = openRun({
    ...{ id: "codex", label: "Codex", request },
    driver: {
      force: () => process.kill(),
      drive: async (context) => {
        const thread = await openThread(server, { options, cwd });
        await new Turn({ server, thread, request, context }).run();
        await closeThread(server, thread);
      },
    },
  });
  return { run: new DrivenRun(run), heard };
}

/** Reads a played run to its end, and does to it what was done when it was recorded. */
async function read(name: string, run: DrivenRun): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const reply = replies[name];
  for await (const event of run) {
    events.push(event);
    const isCommand = event.type === "action" && event.action.kind === "command" && event.phase === "started";
    if (event.type === "question" && reply) await run.controls.answer(event.question.id, reply);
    if (isCommand && name === "steer") await run.controls.steer("Also mention the weather.").catch(() => {});
    if (isCommand && name === "interrupt") void run.controls.interrupt();
  }
  return events;
}

/** As one would read it: `completed command echo hello`, with `!` where it failed. */
const steps = (events: readonly RunEvent[]): string[] =>
  events
    .filter((event): event is ActionEvent => event.type === "action" && event.action.kind !== "turn")
    .map(({ phase, action, ok }) => `${phase} ${action.kind} ${action.title}${ok === false ? " !" : ""}`);

const shown: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  work: [
    "completed note Planning",
    "completed note I look first.",
    "started command echo hello",
    "completed command echo hello",
    "started file_change notes.txt",
    "completed file_change notes.txt",
  ],
  approve: ["started command echo out > ../out.txt", "completed command echo out > ../out.txt"],
  "approve-session": [
    ...["started command uname -s", "completed command uname -s"],
    ...["started command uname -s", "completed command uname -s"],
  ],
  "deny-with-reason": ["started command echo out > ../out2.txt", "completed command echo out > ../out2.txt !"],
  "file-change": ["started file_change asked.txt", "completed file_change asked.txt"],
  "ask-user": [],
  steer: ["started command sleep 2; echo slept", "completed command sleep 2; echo slept"],
  interrupt: ["started command echo started; sleep 67"],
  refused: [],
};

test.each(captureNames)("%s is driven as it was recorded", async (name) => {
  const capture = readCapture(name);
  const { run, heard } = openPlayed(name, capture);
  const events = await read(name, run);
  expect(steps(events)).toEqual(shown[name]);
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: name !== "refused" && name !== "interrupt" });

  const methods = (messages: readonly object[]) =>
    messages.map((message) => ("method" in message ? message.method : "answer")).sort();
  const sent = capture.filter(({ dir }) => dir === "out").map(({ msg }) => msg);
  expect(methods(heard)).toEqual(methods(sent.filter(({ method = "" }) => !method.startsWith("initialize"))));
});

test.each(captureNames)(
  "%s, cut off anywhere, has one outcome, the last, with the thread as soon as it is known",
  async (name) => {
    const capture = readCapture(name);
    for (let length = 1; length < capture.length; length += 1) {
      const events = await read(name, openPlayed(name, capture.slice(0, length)).run);
      expect(events.filter(({ type }) => type === "completed")).toEqual([events.at(-1)]);
      const outcome = events.at(-1) as Completed;
      expect(outcome.resume !== undefined).toBe(events.some(({ type }) => type === "started"));
    }
  },
);

test("the usage of an interrupted turn is counted, too", async () => {
  const events = await read("interrupt", openPlayed("interrupt", readCapture("interrupt")).run);
  const { usage } = events.at(-1) as Completed;
  expect(usage?.inputTokens).toBeGreaterThan(0);
  expect(usage?.contextFill).toBeGreaterThan(0);
  expect(usage?.contextFill).toBeLessThan(1);
});
