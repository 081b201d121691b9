import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { RpcPeer } from "../../src/engine/json-rpc.ts";
import { recordingLog } from "./toy.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function connect() {
  const stdout = new PassThrough();
  const sent: Record<string, unknown>[] = [];
  const log = recordingLog();
  const write = async (text: string) => void sent.push(JSON.parse(text));
  const peer = new RpcPeer({ stdout, write }, "Toy", log);
  const say = (...messages: (object | string)[]) =>
    stdout.write(messages.map((each) => (typeof each === "string" ? each : `${JSON.stringify(each)}\n`)).join(""));
  return { peer, sent, say, log, end: () => void stdout.end() };
}

test("calls get their own answers, in whatever order these come", async () => {
  const { peer, sent, say } = connect();
  const both = Promise.all([peer.call("a", {}, z.string()), peer.call("b", { x: 1 }, z.number())]);
  expect(sent).toEqual([
    { id: 1, method: "a", params: {} },
    { id: 2, method: "b", params: { x: 1 } },
  ]);
  say({ id: 2, result: 2 }, { id: 9, result: "nobody asked" }, { id: 1, result: "one" });
  expect(await both).toEqual(["one", 2]);
});

test("a refusal is told in the words of the other side, and a strange answer by the name of the call", async () => {
  const { peer, say } = connect();
  const refused = peer.call("a", {}, z.string());
  const strange = peer.call("b", {}, z.string());
  say({ id: 1, error: { code: 1, message: "Not now." } }, { id: 2, result: 7 });
  await expect(refused).rejects.toThrow("Not now.");
  await expect(strange).rejects.toThrow("Toy's answer to b is not as expected.");
});

test("unasked messages are heard in order, and a request can be answered or refused", async () => {
  const { peer, sent, say } = connect();
  const heard: unknown[] = [];
  peer.listener = ({ id, method }) => {
    heard.push([id, method]);
    if (id === "q1") peer.answer(id, { ok: true });
    else if (id !== undefined) peer.refuse(id, "No.");
  };
  say({ method: "event" }, { id: "q1", method: "ask" }, { id: 5, method: "ask" });
  await vi.waitFor(() => expect(heard).toHaveLength(3), { timeout: 30_000 });
  expect(heard).toEqual([
    [undefined, "event"],
    ["q1", "ask"],
    [5, "ask"],
  ]);
  expect(sent).toMatchObject([
    { id: "q1", result: { ok: true } },
    { id: 5, error: { code: -32601, message: "No." } },
  ]);
});

test("a call has a time limit, unless it may take as long as a person takes", async () => {
  const { peer, say } = connect();
  const limited = expect(peer.call("a", {}, z.string())).rejects.toThrow("Toy did not answer a within 60 s.");
  const endless = peer.call("b", {}, z.string(), Number.POSITIVE_INFINITY);
  await vi.advanceTimersByTimeAsync(60_000);
  await limited;
  await vi.advanceTimersByTimeAsync(3_600_000);
  say({ id: 2, result: "at last" });
  expect(await endless).toBe("at last");
});

test("the end of the process fails all calls, those that come later too", async () => {
  const { peer, end } = connect();
  const waiting = expect(peer.call("a", {}, z.string())).rejects.toThrow("Toy has ended.");
  end();
  await waiting;
  await peer.closed;
  await expect(peer.call("b", {}, z.string())).rejects.toThrow("Toy has ended.");
  expect(peer.hasClosed()).toBe(true);
});

test("a message behind words without a line end is read; what is none is logged once", async () => {
  const { peer, say, log } = connect();
  const answered = peer.call("a", {}, z.string());
  say("nonsense\n", "more nonsense\n", "Update available! ", { id: 1, result: "one" });
  expect(await answered).toBe("one");
  expect(log.entries).toEqual([{ level: "warn", event: "engine.line_skipped", fields: { kind: "malformed" } }]);
});

test("a listener that throws costs only its message", async () => {
  const { peer, say, log } = connect();
  peer.listener = () => {
    throw new Error("a bug");
  };
  const answered = peer.call("a", {}, z.string());
  say({ method: "event" }, { id: 1, result: "one" });
  expect(await answered).toBe("one");
  expect(log.entries).toMatchObject([{ event: "engine.message_failed" }]);
});
