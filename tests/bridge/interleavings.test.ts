import fc from "fast-check";
import { expect, test } from "vitest";
import { Bridge } from "../../src/bridge/bridge.ts";
import type { BridgeOptions } from "../../src/bridge/options.ts";
import { openStore } from "../../src/store/store.ts";
import type { StoredRun } from "../../src/store/stored-run.ts";
import { load } from "../config/bench.ts";
import { recordingLog } from "../engine/toy.ts";
import { Puppets, puppet, settled } from "../helpers/puppets.ts";
import { times } from "../helpers/soak.ts";

type Command =
  | { readonly type: "ask"; readonly thread: number }
  | { readonly type: "session" | "end" | "fail" | "cancel"; readonly nth: number }
  | { readonly type: "restart" };

const THREADS = 3;
const nth = fc.nat({ max: 5 });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("ask" as const), thread: fc.nat({ max: THREADS - 1 }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("session" as const), nth }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("end" as const, "fail" as const), nth }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("cancel" as const), nth }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("restart" as const) }) },
);

async function play(commands: readonly Command[]) {
  const puppets = new Puppets();
  const config = load('default_engine = "puppet"\n[limits]\nparallel_runs = 2\n', {}, [puppet]);
  const store = openStore(":memory:");
  const screen = { show: () => {}, write: () => {}, close: () => {} };
  const options: BridgeOptions = {
    ...{ config: () => config, engines: [puppet], store, log: recordingLog([]), worker: puppets },
    ...{
      screens: { open: () => screen, deliver: () => {}, forget: () => {} },
      cards: { show: () => {}, remind: () => {} },
      fileSource: { fetchFile: () => Promise.reject(new Error("there are no files here")) },
      now: () => 1_000,
    },
  };
  let bridge = new Bridge(options);
  const asked: string[][] = Array.from({ length: THREADS }, () => []);
  const threadOf = (id: string) => asked.findIndex((ids) => ids.includes(id));
  let messageId = 0;

  const ask = (thread: number) => {
    const before = store.runs.get(asked[thread]?.at(-1) ?? "");
    const resume = before?.session ?? before?.resume ?? undefined;
    const id = bridge.add(
      {
        chatId: "1",
        topicId: undefined,
        messageId: String(++messageId),
        userId: "1",
        isPrivate: true,
        text: "t",
        reply: undefined,
      },
      {
        ...{
          engine: "puppet",
          context: undefined,
          resume,
          prompt: "t",
          conversation: undefined,
          presets: [],
          named: { engine: undefined, project: undefined, branch: undefined, presets: [] },
        },
        follows: resume === undefined ? before?.id : undefined,
      },
    );
    asked[thread]?.push(id);
    bridge.start(id);
  };
  const act = async (step: Command) => {
    const pick = "nth" in step ? puppets.running[step.nth % Math.max(1, puppets.running.length)] : undefined;
    if (step.type === "ask") ask(step.thread);
    else if (step.type === "cancel") {
      const active = bridge.active("1");
      const run = active[step.nth % Math.max(1, active.length)];
      if (run) bridge.cancel(run.id);
    } else if (step.type === "restart") {
      puppets.running = [];
      bridge = new Bridge(options);
      await bridge.recover();
    } else if (pick && step.type === "session") puppets.started(pick);
    else pick?.push({ type: "completed", engine: "puppet", ok: step.type === "end", answer: "Done.", error: "No." });
    await settled();
    puppets.running = puppets.running.filter(({ spec }) => store.runs.get(spec.runId)?.state === "running");
    const busy = puppets.running.map(({ spec }) => threadOf(spec.runId));
    expect(new Set(busy).size, "two runs of a thread at once").toBe(busy.length);
  };

  for (const step of commands) await act(step);
  for (const _ of commands) if (bridge.active("1").length > 0) await act({ type: "end", nth: 0 });
  expect(bridge.active("1"), "runs that nothing ends").toEqual([]);
  const runs: StoredRun[] = store.runs.recent(1_000);
  const deliveries = store.deliveries.open().map(({ runId }) => runId);
  store.close();
  for (const [run, session] of puppets.resumed)
    expect(threadOf(session.replace("session-of-", "")), "a session of another thread").toBe(threadOf(run));
  return { asked, opened: puppets.opened, runs, deliveries };
}

test("however asks, events, cancels and restarts come, threads keep their order and each task has one outcome", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const { asked, opened, runs, deliveries } = await play(commands);
      expect(new Set(opened).size).toBe(opened.length);
      for (const thread of asked) {
        const inOrder = thread.filter((id) => opened.includes(id));
        expect(opened.filter((id) => thread.includes(id))).toEqual(inOrder);
      }
      expect(runs.map(({ id }) => id).toSorted()).toEqual(asked.flat().toSorted());
      for (const { state, outcome } of runs) expect([state, outcome === null]).toEqual(["ended", false]);
      expect(deliveries.toSorted()).toEqual(asked.flat().toSorted());
    }),
    { numRuns: times(200, 2_000) },
  );
});
