import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Bridge } from "../../src/bridge/bridge.ts";
import type { RunView } from "../../src/bridge/screen.ts";
import type { Completed } from "../../src/domain/events.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { load } from "../config/bench.ts";
import { type LogEntry, recordingLog } from "../engine/toy.ts";
import { Puppets, puppet } from "../helpers/puppets.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settled = () => vi.advanceTimersByTimeAsync(0);
const done: Completed = { type: "completed", engine: "puppet", ok: true, answer: "Forty-two." };

function emptyStore(): Store {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  return store;
}

/** A bridge whose state file can be made full. */
function setUp(real = emptyStore(), worker = new Puppets()) {
  const disk = { isFull: false };
  const store: Store = {
    ...real,
    durably: (work) => {
      if (disk.isFull) throw new Error("database or disk is full");
      return real.durably(work);
    },
  };
  const views: RunView[] = [];
  const log: LogEntry[] = [];
  const config = load('default_engine = "puppet"\n', {}, [puppet]);
  const bridge = new Bridge({
    ...{ config: () => config, engines: [puppet], store, worker, log: recordingLog(log), now: () => 1_000 },
    screens: {
      open: () => ({ show: (view) => void views.push(view), write() {}, close() {} }),
      deliver() {},
      forget() {},
    },
    cards: { show() {}, remind() {} },
    fileSource: { fetchFile: () => Promise.reject(new Error("there are no files here")) },
  });
  const ask = (prompt: string) => {
    const place = { topicId: undefined, userId: "1", isPrivate: true, reply: undefined };
    const named = { engine: undefined, project: undefined, branch: undefined, presets: [] };
    const resolved = {
      engine: "puppet",
      context: undefined,
      resume: undefined,
      follows: undefined,
      conversation: undefined,
      presets: [],
    };
    const id = bridge.add({ ...place, chatId: "1", messageId: "5", text: prompt }, { ...resolved, prompt, named });
    bridge.start(id);
    return id;
  };
  return { bridge, store, disk, views, log, worker, ask };
}

test("the first of two stops says why a run ended, and the engine hears of it alone", async () => {
  const { bridge, store, worker, ask } = setUp();
  const id = ask("one");
  await settled();
  bridge.cancel(id);
  await bridge.close();
  expect(store.runs.get(id)).toMatchObject({ state: "ended", outcome: "cancelled" });
  expect(worker.running[0]?.commands).toEqual([{ type: "stop", reason: "Cancelled." }]);
});

test("a stop is stored before the engine hears of it, and the next bridge tells a run that lives on", async () => {
  const { bridge, store, worker, ask } = setUp();
  const id = ask("one");
  await settled();
  const [run] = worker.running;
  if (!run) throw new Error("no run");
  // It ends with its bridge, before the engine has answered.
  run.push = () => {};
  const stored = vi.spyOn(run.commands, "push").mockImplementation(() => {
    expect(store.runs.get(id)?.stop).toEqual({ kind: "cancelled", text: "Cancelled." });
    return 0;
  });
  bridge.cancel(id);
  expect(stored).toHaveBeenCalledOnce();
  const next = setUp(store, Object.assign(new Puppets(), { recover: async () => [id] }));
  await next.bridge.recover();
  await settled();
  expect(next.worker.running[0]?.commands).toEqual([{ type: "stop", reason: "Cancelled." }]);
  expect(store.runs.get(id)).toMatchObject({ state: "ended", outcome: "cancelled" });
});

describe("an outcome that cannot be stored", () => {
  test("is kept and told once, tried again until it is stored, and touches no other run", async () => {
    const { disk, views, store, worker, ask } = setUp();
    const [first, other] = [ask("one"), ask("two")];
    await settled();
    disk.isFull = true;
    worker.running[0]?.push(done);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.runs.get(first)?.state).toBe("running");
    const notes = new Set(views.flatMap(({ note }) => note ?? []));
    expect([...notes]).toEqual([expect.stringMatching(/^It has ended, but the state file cannot be written/)]);
    disk.isFull = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(store.runs.get(first)).toMatchObject({ state: "ended", outcome: "done", answer: "Forty-two." });
    expect(store.deliveries.open()).toHaveLength(1);
    worker.running[1]?.push({ ...done, answer: "Fine." });
    await settled();
    expect(store.runs.get(other)).toMatchObject({ outcome: "done", answer: "Fine." });
  });

  test("does not hold a shutdown up, and the log says what is lost", async () => {
    const { bridge, disk, log, worker, ask } = setUp();
    ask("one");
    await settled();
    disk.isFull = true;
    worker.running[0]?.push(done);
    await vi.advanceTimersByTimeAsync(10);
    await bridge.close();
    expect(log.map(({ event }) => event)).toContain("outcome.lost");
  });

  test("is an error before the engine starts: a run that cannot be recorded is not begun", async () => {
    const { disk, store, worker, ask } = setUp();
    const id = ask("one");
    disk.isFull = true;
    await settled();
    disk.isFull = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.runs.get(id)).toMatchObject({ outcome: "error", error: expect.stringMatching(/was not begun/) });
    expect(worker.running).toHaveLength(1);
  });
});

test("other facts about a run that cannot be stored do not end it", async () => {
  const { store, worker, ask } = setUp();
  const id = ask("one");
  await settled();
  const setProcess = vi.spyOn(store.runs, "setProcess").mockImplementation(() => {
    throw new Error("database is locked");
  });
  worker.running[0]?.push({ type: "process", mark: { pid: 1, startTime: "1" } });
  await settled();
  setProcess.mockRestore();
  worker.running[0]?.push(done);
  await settled();
  expect(store.runs.get(id)).toMatchObject({ outcome: "done" });
});

test("a steer is settled by its ack, and at the latest with the run", async () => {
  const { bridge, worker, ask } = setUp();
  ask("one");
  await settled();
  const [run] = worker.running;
  if (!run) throw new Error("no run");
  const prompt = {
    chatId: "1",
    topicId: undefined,
    messageId: "6",
    userId: "1",
    isPrivate: true,
    text: "t",
    reply: undefined,
  };
  const named = { engine: undefined, project: undefined, branch: undefined, presets: [] };
  const more = {
    ...{ engine: "puppet", context: undefined, follows: run.spec.runId, prompt: "t", conversation: undefined },
    presets: [],
  };
  const steerable = () => bridge.steerable(prompt, { ...more, resume: undefined, named });
  expect(steerable()).toBeUndefined();
  run.push({ type: "ready", can: ["steer"] });
  await settled();
  const taken = steerable()?.steer("more");
  const [command] = run.commands;
  expect(command).toMatchObject({ type: "steer", text: "more" });
  run.push({ type: "ack", id: command?.type === "steer" ? command.id : "", ok: true });
  expect(await taken).toBe(true);
  const late = steerable()?.steer("too late");
  run.push(done);
  expect(await late).toBe(false);
});
