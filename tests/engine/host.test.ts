import { expect, test, vi } from "vitest";
import { EngineHost } from "../../src/engine/host.ts";
import { ServerPool, type Use } from "../../src/engine/server-pool.ts";

const never: Use = { stopped: new AbortController().signal, announce: () => {} };

test("a limit ends the server that is idle for longest, in whatever pool, and never one with a run", async () => {
  const host = new EngineHost("test");
  const pools = ["one", "two"].map((name) => host.keep({ make: () => new ServerPool<Fake>(name) }));
  const start = async (pool: number, pid: number) => {
    const lease = await pools[pool]?.use(`${pid}`, async (announce) => begin(pid, announce), never);
    if (!lease) throw new Error("no pool");
    return lease;
  };
  const busy = await start(0, 1);
  const first = await start(1, 2);
  const second = await start(0, 3);
  first.release();
  const idleSince = () => host.servers().find(({ pid }) => pid === 2)?.idleSince ?? 0;
  await vi.waitUntil(() => Date.now() > idleSince(), 30_000);
  second.release();
  const living = () => host.servers().map(({ pid }) => pid);
  await host.limit(3);
  expect(living()).toEqual([1, 3, 2]);
  await host.limit(2);
  expect(living()).toEqual([1, 3]);
  await host.limit(1);
  expect(living()).toEqual([1]);
  await host.limit(0);
  expect(living()).toEqual([1]);
  busy.release();
  await host.limit(0);
  expect(living()).toEqual([]);
});

type Fake = ReturnType<typeof begin>;

function begin(pid: number, announce: Use["announce"]) {
  announce({ pid, startTime: "1" });
  let end: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { gone, stop: async () => end() };
}
