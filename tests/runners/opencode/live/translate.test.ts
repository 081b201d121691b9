import { describe, expect, test } from "vitest";
import { toCrash, toOutcome } from "../../../../runners/opencode/live/outcome.ts";
import type { LiveEvent } from "../../../../runners/opencode/live/schema.ts";
import { translateLive } from "../../../../runners/opencode/live/translate.ts";
import type { ActionEvent, RunEvent } from "../../../../src/domain/events.ts";
import { createLog } from "../../../helpers/recordings.ts";
import { liveRecordings, type Played, play, readEvents, startOfRecording } from "./play.ts";

const playAll = (name: string): Played => {
  const events = readEvents(name);
  return play(events, startOfRecording(events));
};
const actionsOf = ({ events }: Played): ActionEvent[] => events.filter((event) => event.type === "action");
const ended = (played: Played) => actionsOf(played).filter(({ phase }) => phase === "completed");
const questions = ({ events }: Played) =>
  events.flatMap((event) => (event.type === "question" ? [event.question] : []));
const outcome = (name: string) => toOutcome(playAll(name).state);

describe.each(liveRecordings)("%s", (name) => {
  const events = readEvents(name);
  const start = startOfRecording(events);

  test("is understood, and over at its end", () => {
    const log = createLog("warn");
    readEvents(name, log);
    expect(log.entries).toEqual([]);
    expect(play(events, start).state.isOver).toBe(true);
  });

  test("keeps the order of things wherever it is cut", () => {
    const whole = play(events, start);
    for (let cut = 0; cut <= events.length; cut += 1) {
      const played = play(events.slice(0, cut), start);
      expect(whole.events.slice(0, played.events.length)).toEqual(played.events);
      expectOrder(played.events);
      const { answer } = toCrash(played.state, { code: undefined, signal: "SIGKILL", stderr: "" });
      expect(toOutcome(whole.state).answer.startsWith(answer.trimEnd())).toBe(true);
    }
  });

  test("says the same when every event comes twice, and when the end comes again", () => {
    const whole = play(events, start);
    const twice = play([...events.flatMap((event) => [event, event]), ...events], start);
    const steps = (played: Played) => ended(played).filter(({ action }) => action.kind !== "warning");
    expect(steps(twice)).toEqual(steps(whole));
    expect(questions(twice).map(({ id }) => id)).toEqual(expect.arrayContaining(questions(whole).map(({ id }) => id)));
    expect(toOutcome(twice.state).answer).toBe(toOutcome(whole.state).answer);
    expect(toOutcome(twice.state).usage).toEqual(toOutcome(whole.state).usage);
  });

  test("is nothing to a run of another session, nor to a later one of the same", () => {
    const other = { ...start, session: "ses_other", sessions: new Set(["ses_other"]) };
    expect(play(events, other).events).toEqual([]);
    const later = play(events, { ...start, prompt: "msg_ffffffffffff", asked: "msg_ffffffffffff" });
    expect(later.events.filter(({ type }) => type === "text")).toEqual([]);
    expect(actionsOf(later).filter(({ action }) => action.kind !== "warning")).toEqual([]);
    expect(later.state.answered).toBeUndefined();
  });
});

/** Of each action and question: begun before it goes on, and ended once. */
function expectOrder(events: readonly RunEvent[]): void {
  const open = new Set<string>();
  const over = new Set<string>();
  for (const event of events) {
    if (event.type === "question") open.add(event.question.id);
    if (event.type === "resolved") expect(open.delete(event.questionId)).toBe(true);
    if (event.type !== "action") continue;
    expect(over).not.toContain(event.action.id);
    if (event.phase === "completed") over.add(event.action.id);
    else expect(open.has(`action ${event.action.id}`)).toBe(event.phase === "updated");
    open.add(`action ${event.action.id}`);
  }
}

test("a plain answer is told as it grows", () => {
  const { events, state } = playAll("plain");
  const texts = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
  expect(texts[0]).toBe("Hello there,");
  expect(texts.at(-1)).toBe("Hello there, this is the answer.");
  expect(toOutcome(state)).toMatchObject({ ok: true, answer: "Hello there, this is the answer." });
  expect(toOutcome(state).usage).toMatchObject({ inputTokens: 600, outputTokens: 20, cacheReadTokens: 400 });
});

test("a command is asked for, told as it runs, and ends with its exit code", () => {
  const played = playAll("approved");
  expect(questions(played)).toMatchObject([{ kind: "command", command: "echo one; echo two >&2; exit 3" }]);
  expect(actionsOf(played).map(({ phase }) => phase)).toContain("started");
  expect(ended(played)).toMatchObject([{ ok: false, action: { detail: { exitCode: 3, output: "one\ntwo" } } }]);
  expect(played.events.some(({ type }) => type === "resolved")).toBe(true);
  expect(toOutcome(played.state)).toMatchObject({ ok: true });
});

test("a refusal ends the turn; one with advice does not", () => {
  expect(outcome("denied")).toMatchObject({ ok: false, error: expect.stringContaining("bash (rm -f junk.txt)") });
  expect(outcome("advised")).toMatchObject({ ok: true, answer: expect.stringContaining("Use git rm instead") });
});

test("a sub-agent's question is the run's, and its cost too", () => {
  const played = playAll("task");
  expect(questions(played)).toMatchObject([{ kind: "command", command: "echo below" }]);
  expect(ended(played)).toMatchObject([{ ok: true, action: { kind: "subagent", title: "Look around" } }]);
  expect(toOutcome(played.state).usage).toMatchObject({ inputTokens: 2400 });
});

test("a message to the running turn keeps it from being over", () => {
  const events = readEvents("steered");
  const { state } = play(events, startOfRecording(events));
  expect(toOutcome(state).answer).toBe("Working on it.\n\nSteered.");
  const message = { id: "msg_fffffffffffe", role: "user", sessionID: state.session };
  const idle: LiveEvent = { type: "session.idle", properties: { sessionID: state.session } };
  const [asked] = translateLive(state, { type: "message.updated", properties: { info: message } });
  expect(translateLive(asked, idle)[0].isOver).toBe(false);
});

test("text that was written before an abort is kept", () => {
  expect(outcome("aborted-text")).toMatchObject({ ok: false, answer: expect.stringMatching(/^(word ?)+$/) });
});

test("the words of the model's server are the outcome, or a warning if it is asked again", () => {
  expect(outcome("model-400")).toMatchObject({ ok: false, error: "scripted failure 400" });
  const retried = playAll("retried");
  expect(ended(retried)).toMatchObject([{ level: "warning", action: { kind: "warning" } }]);
  expect(toOutcome(retried.state)).toMatchObject({ ok: true, answer: "Recovered." });
});

test("a turn that failed is over once its answer is complete, since a prompt before that is dropped", () => {
  const events = readEvents("model-400");
  const start = startOfRecording(events);
  const isOver = (_: LiveEvent, at: number) => play(events.slice(0, at + 1), start).state.isOver;
  const untilOver = events.slice(0, events.findIndex(isOver)).map(({ type }) => type);
  expect(untilOver.slice(untilOver.indexOf("session.error"))).toEqual([
    ...["session.error", "session.status", "session.idle", "message.updated"],
  ]);
});

test("a message that is added to a failed turn keeps it from ending", () => {
  const events = readEvents("model-400");
  const start = startOfRecording(events);
  const failed = play(events.slice(0, events.findIndex(({ type }) => type === "session.idle") + 1), start).state;
  expect(failed).toMatchObject({ isEnding: true, isOver: false });
  const info = { id: "msg_zzz", sessionID: start.session, role: "user" };
  expect(translateLive(failed, { type: "message.updated", properties: { info } })[0].isEnding).toBe(false);
});

test("a conversation that is summed up is answered, without the summary", () => {
  const played = playAll("overflow");
  expect(ended(played)).toMatchObject([{ level: "warning" }]);
  expect(toOutcome(played.state)).toMatchObject({ ok: true, answer: "All done." });
});

test("a prompt that is refused from the start is over at once", () => {
  const start = startOfRecording(readEvents("plain"));
  const error = { name: "UnknownError", data: { message: 'Agent not found: "nosuch".' } };
  const [state] = translateLive(start, { type: "session.error", properties: { sessionID: start.session, error } });
  expect(state.isOver).toBe(true);
  expect(toOutcome(state)).toMatchObject({ ok: false, error: 'Agent not found: "nosuch".' });
});

test.each([
  ["ProviderNoProvidersError: No providers are available", /^opencode has no provider: run `opencode auth login`/],
  ["SomeError: it broke", /^SomeError: it broke$/],
])("an error within opencode is told without the places in its program: %s", (message, told) => {
  const start = startOfRecording(readEvents("plain"));
  const places =
    "\n    at <anonymous> (/$bunfs/root/chunk-1.js:439:97193)\n    at SessionPrompt.prompt (/$bunfs/root/2.js:4:1)";
  const error = { name: "UnknownError", data: { message: message + places } };
  const [state] = translateLive(start, { type: "session.error", properties: { sessionID: start.session, error } });
  expect(toOutcome(state)).toMatchObject({ ok: false, error: expect.stringMatching(told) });
});

test("an idle that is left over from before the prompt ends nothing", () => {
  const start = startOfRecording(readEvents("plain"));
  const idle: LiveEvent = { type: "session.idle", properties: { sessionID: start.session } };
  expect(translateLive(start, idle)[0].isOver).toBe(false);
});

test("the abort of the turn before, told late, does not end one that has not begun", () => {
  const start = startOfRecording(readEvents("plain"));
  const error = { name: "MessageAbortedError", data: { message: "Aborted" } };
  expect(translateLive(start, { type: "session.error", properties: { sessionID: start.session, error } })).toEqual([
    start,
    [],
  ]);
});

test("a model that refuses for now is told with the time of the next attempt", () => {
  const at = new Date(1795269054943).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const titles = actionsOf(playAll("retried")).map(({ action }) => action.title);
  expect(titles).toContain(`scripted failure 500 (attempt 1 failed; again at ${at})`);
});
