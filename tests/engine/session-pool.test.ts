import { expect, test } from "vitest";
import { ALONE } from "../../src/engine/server-pool.ts";
import { aside, onSession, type SessionPlan, SessionPool, type SessionPooled } from "../../src/engine/session-pool.ts";

class Fake implements SessionPooled {
  readonly label = "toy";
  readonly tap = () => () => {};
  readonly gone: Promise<void>;
  session: string;
  setup: string;
  hasEnded = false;
  #isClaimed = false;
  #end: () => void = () => {};

  constructor(session: string, setup: string) {
    this.session = session;
    this.setup = setup;
    this.gone = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  isClaimed = () => this.#isClaimed;
  isOutdated = (setup: string) => setup !== this.setup;
  kill = () => this.stop();

  async claim<Result>(use: () => Promise<Result>): Promise<Result> {
    this.#isClaimed = true;
    return use().finally(() => {
      this.#isClaimed = false;
    });
  }

  async stop(): Promise<void> {
    this.hasEnded = true;
    this.#end();
  }
}

let sessions = 0;
const keys: string[] = [];

/** A session that is there, or a new one. */
const planOf = (session?: string, setup = "a"): SessionPlan<Fake> => ({
  ...{ session, setup },
  start: async (_, key) => {
    keys.push(key);
    sessions += 1;
    return new Fake(session ?? `new-${sessions}`, setup);
  },
});

const createPool = () => new SessionPool<Fake>("toy");

test("a session keeps its process, also one that began with it", async () => {
  const pool = createPool();
  const first = await pool.take(planOf(), ALONE);
  first.release();
  expect(pool.knows(first.server.session)).toBe(true);
  const again = await pool.take(planOf(first.server.session), ALONE);
  expect(again.server).toBe(first.server);
  const other = await pool.take(planOf("s2"), ALONE);
  expect(other.server).not.toBe(first.server);
  expect(new Set(keys).size).toBe(keys.length);
});

test("a process that is outdated is ended, and another started", async () => {
  const pool = createPool();
  const first = await pool.take(planOf("s1"), ALONE);
  first.release();
  const second = await pool.take(planOf("s1", "b"), ALONE);
  expect(first.server.hasEnded).toBe(true);
  expect(second.server).toMatchObject({ session: "s1", setup: "b", hasEnded: false });
});

test("a process at work is left alone, however outdated it is", async () => {
  const pool = createPool();
  const { server } = await pool.take(planOf("s1"), ALONE);
  await server.claim(async () => {
    await expect(pool.take(planOf("s1", "b"), ALONE)).rejects.toThrow("This toy session is at work; wait for it");
    expect(server.hasEnded).toBe(false);
  });
});

test("a process that went over to another session is found by that one alone", async () => {
  const pool = createPool();
  const seat = await pool.take(planOf("s1"), ALONE);
  seat.server.session = "s2";
  seat.moved();
  seat.release();
  expect(pool.knows("s1")).toBe(false);
  expect((await pool.take(planOf("s2"), ALONE)).server).toBe(seat.server);
});

test("a session is forgotten with its process, and with a start that fails", async () => {
  const pool = createPool();
  const { server } = await pool.take(planOf("s1"), ALONE);
  await server.stop();
  await server.gone;
  expect(pool.knows("s1")).toBe(false);
  const failing = { ...planOf("s2"), start: () => Promise.reject(new Error("no disk")) };
  await expect(pool.take(failing, ALONE)).rejects.toThrow("no disk");
  expect(pool.knows("s2")).toBe(false);
});

test("an operation has the process to itself and keeps it warm; a question aside ends its own", async () => {
  const pool = createPool();
  const used = await onSession(pool.take(planOf("s1"), ALONE), async ({ server }) => {
    expect(server.isClaimed()).toBe(true);
    return server;
  });
  expect([used.isClaimed(), used.hasEnded]).toEqual([false, false]);
  expect((await aside(pool.take(planOf(), ALONE), async (server) => server)).hasEnded).toBe(true);
  const failing = onSession(pool.take(planOf("s1"), ALONE), () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(used.isClaimed()).toBe(false);
});
