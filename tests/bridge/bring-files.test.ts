import { expect, test } from "vitest";
import { bringFiles } from "../../src/bridge/bring-files.ts";
import { UserError } from "../../src/errors.ts";
import { openStore } from "../../src/store/store.ts";
import type { StoredRun } from "../../src/store/stored-run.ts";
import { MachineAway, type Worker } from "../../src/worker/port.ts";
import { recordingLog } from "../engine/toy.ts";
import { Puppets } from "../helpers/puppets.ts";

const signal = new AbortController().signal;
const file = (name: string) => ({ source: name, name, mime: "text/plain" });
const placed = (name: string) => ({ path: `/api/${name}`, shown: name, mime: "text/plain", size: 1 });

/** A machine that puts files as it is told, one answer after the other. */
function machine(...answers: (() => Error | undefined)[]) {
  const calls: string[] = [];
  const put: Worker["put"] = async (_, { name }) => {
    calls.push(name);
    const problem = answers.shift()?.();
    if (problem) throw problem;
    return placed(name);
  };
  const ready: Worker["ready"] = async (_, __, onWait) => {
    calls.push("ready");
    onWait(undefined);
  };
  return { calls, worker: Object.assign(new Puppets(), { put, ready }) };
}

const partsOf = (worker: Worker) => ({
  ...{ worker, store: openStore(":memory:"), log: recordingLog([]), onWait: () => {} },
  fileSource: { fetchFile: async () => (async function* () {})() },
});

const run = { id: "r", project: "api", branch: null, files: [file("a"), file("b")] } as unknown as StoredRun;
const away = () => new MachineAway("gpu does not answer");

test("a file that its machine did not take since it went is fetched again, and the others are not", async () => {
  const { calls, worker } = machine(() => undefined, away);
  const { files } = await bringFiles(run, signal, partsOf(worker));
  expect(files.map((one) => one.placed)).toEqual([placed("a"), placed("b")]);
  expect(calls).toEqual(["ready", "a", "b", "ready", "b"]);
});

test("whatever else the machine has against a file ends it", async () => {
  const { worker } = machine(() => new UserError("a is larger than 20 MiB"));
  await expect(bringFiles(run, signal, partsOf(worker))).rejects.toThrow("a is larger");
});
