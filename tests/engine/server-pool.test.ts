import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { ProcessMark } from "../../src/domain/run.ts";
import { markProcess } from "../../src/engine/marked.ts";
import { type Pooled, ServerPool, type StartServer, type Use } from "../../src/engine/server-pool.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Fake extends Pooled {
  readonly mark: ProcessMark;
  readonly stop: Pooled["stop"] & ReturnType<typeof vi.fn>;
  crash(): void;
}

let pids = 0;
function createFake(): Fake {
  pids += 1;
  let end: (nothing: undefined) => void = () => {};
  const gone = new Promise((resolve) => {
    end = resolve;
  });
  const stop = vi.fn(async () => end(undefined));
  return { mark: { pid: pids, startTime: "1" }, gone, stop, crash: () => end(undefined) };
}

/** Starts a server whose process is announced. */
const begin: StartServer<Fake> = async (announce) => {
  const fake = createFake();
  announce(fake.mark);
  return fake;
};

const never: Use = { stopped: new AbortController().signal, announce: () => {} };
const tick = () => vi.advanceTimersByTimeAsync(0);

test("those who come at once share one start", async () => {
  const pool = new ServerPool<Fake>("toy");
  const start = vi.fn(begin);
  const [one, two, other] = await Promise.all([
    pool.use("a", start, never),
    pool.use("a", start, never),
    pool.use("b", start, never),
  ]);
  expect(start).toHaveBeenCalledTimes(2);
  expect(one.server).toBe(two.server);
  expect(other.server).not.toBe(one.server);
});

test("a server is busy with its sessions, and idle from the end of the last", async () => {
  const pool = new ServerPool<Fake>("toy");
  const one = await pool.use("a", begin, never);
  const two = await pool.use("a", begin, never);
  one.name("s1");
  two.name("s2");
  const { mark } = one.server;
  expect(pool.servers()).toEqual([{ ...mark, engine: "toy", busy: ["s1", "s2"], last: "s2" }]);
  one.release();
  one.release();
  expect(pool.servers()).toEqual([{ ...mark, engine: "toy", busy: ["s2"], last: "s2" }]);
  two.release();
  expect(pool.servers()).toEqual([{ ...mark, engine: "toy", busy: [], last: "s2", idleSince: Date.now() }]);
});

test("a server is given up when all its uses are, of which those that ended do not count", async () => {
  const pool = new ServerPool<Fake>("toy");
  const use = () => pool.use("a", begin, never);
  const [one, two, three] = [await use(), await use(), await use()];
  expect(one.giveUp()).toBe(false);
  two.release();
  expect(one.giveUp()).toBe(false);
  expect(two.giveUp()).toBe(false);
  expect(three.giveUp()).toBe(true);
});

test("a server that was given up is used by nobody any more, who wait for its end", async () => {
  const pool = new ServerPool<Fake>("toy");
  const { server, giveUp } = await pool.use("a", begin, never);
  expect(giveUp()).toBe(true);
  const next = pool.use("a", begin, never);
  await tick();
  expect(pool.servers()).toHaveLength(1);
  server.crash();
  expect((await next).server).not.toBe(server);
});

test("only those that were idle for long enough are ended", async () => {
  const pool = new ServerPool<Fake>("toy");
  const idle = await pool.use("a", begin, never);
  const busy = await pool.use("b", begin, never);
  idle.release();
  await vi.advanceTimersByTimeAsync(1000);
  await pool.reap(2000);
  expect(pool.servers()).toHaveLength(2);
  await pool.reap(500);
  expect(idle.server.stop).toHaveBeenCalledTimes(1);
  expect(pool.servers()).toMatchObject([busy.server.mark]);
});

test("a server that crashed is started anew, after crashes in a row only after a while", async () => {
  const pool = new ServerPool<Fake>("toy");
  const start = vi.fn(begin);
  for (const count of [1, 2]) {
    const { server } = await pool.use("a", start, never);
    expect(start).toHaveBeenCalledTimes(count);
    server.crash();
    await tick();
    expect(pool.servers()).toEqual([]);
  }
  const third = pool.use("a", start, never);
  await tick();
  expect(start).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(250);
  expect((await third).server.mark.pid).toBe(pids);
});

test("a server that is just dying is given to nobody", async () => {
  const pool = new ServerPool<Fake>("toy");
  const { server } = await pool.use("a", begin, never);
  pool.retire(server);
  const next = pool.use("a", begin, never);
  await tick();
  server.crash();
  expect((await next).server).not.toBe(server);
});

test("a failed start is told to all who waited, and tried again by the next", async () => {
  const pool = new ServerPool<Fake>("toy");
  const fail = () => Promise.reject(new Error("no such program"));
  const both = await Promise.allSettled([pool.use("a", fail, never), pool.use("a", fail, never)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect((await pool.use("a", begin, never)).server.mark.pid).toBe(pids);
});

test("who is stopped waits no longer, and the start goes on for others", async () => {
  const pool = new ServerPool<Fake>("toy");
  let settle: (server: Fake) => void = () => {};
  const start = () =>
    new Promise<Fake>((resolve) => {
      settle = resolve;
    });
  const stop = new AbortController();
  const stopped = pool.use("a", start, { ...never, stopped: stop.signal });
  const other = pool.use("a", start, never);
  await tick();
  stop.abort(new Error("stopped"));
  await expect(stopped).rejects.toThrow("stopped");
  settle(createFake());
  expect((await other).server.mark.pid).toBe(pids);
});

test("close ends all, also one that is just starting, and who comes meanwhile waits for a new one", async () => {
  const pool = new ServerPool<Fake>("toy");
  const old = createFake();
  const first = pool.use("a", async () => old, never);
  const closing = pool.close();
  await first;
  const next = await pool.use("a", begin, never);
  await closing;
  expect(old.stop).toHaveBeenCalledTimes(1);
  expect(next.server).not.toBe(old);
});

test("close does not wait for a server that never gets ready", async () => {
  vi.useRealTimers();
  const pool = new ServerPool<Fake>("toy");
  const hung = spawn("sleep", ["600"], { stdio: "ignore", detached: true });
  onTestFinished(() => void hung.kill("SIGKILL"));
  const gone = once(hung, "exit");
  const mark = await markProcess(hung.pid ?? 0);
  const start: StartServer<Fake> = async (announce) => {
    announce(mark);
    throw new Error(`ended on ${(await gone)[1]}`);
  };
  const used = expect(pool.use("a", start, never)).rejects.toThrow("ended on SIGKILL");
  await new Promise(setImmediate);
  await pool.close();
  await used;
  expect(pool.servers()).toEqual([]);
});

test("the process is announced while its server starts, to all who wait and to who comes later", async () => {
  const pool = new ServerPool<Fake>("toy");
  const marks: ProcessMark[] = [];
  const use: Use = { ...never, announce: (mark) => void marks.push(mark) };
  let settle: (server: Fake) => void = () => {};
  const fake = createFake();
  const start: StartServer<Fake> = (announce) => {
    announce(fake.mark);
    return new Promise((resolve) => {
      settle = resolve;
    });
  };
  const first = pool.use("a", start, use);
  await tick();
  expect(marks).toEqual([fake.mark]);
  expect(pool.servers()).toEqual([{ ...fake.mark, engine: "toy", busy: [] }]);
  const second = pool.use("a", start, use);
  expect(marks).toEqual([fake.mark, fake.mark]);
  settle(fake);
  await Promise.all([first, second]);
  await pool.use("a", start, use);
  expect(marks).toHaveLength(3);
});
