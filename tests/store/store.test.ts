import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigError, UserError } from "../../src/errors.ts";
import { openPlain } from "../../src/store/database.ts";
import { readLockHolder, takeLock } from "../../src/store/lock.ts";
import { openStore } from "../../src/store/store.ts";
import type { NewRun } from "../../src/store/stored-run.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "takopi-store-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const run = (id: string, more: Partial<NewRun> = {}): NewRun => ({
  id,
  chatId: "1",
  topicId: null,
  messageId: id,
  userId: "2",
  engine: "codex",
  project: null,
  branch: null,
  prompt: "p",
  resume: null,
  follows: null,
  createdAt: Number(id),
  ...more,
});

const endedPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

const OUTCOME = { kind: "done", answer: "a", error: undefined, steps: 1, usage: undefined } as const;

test.runIf(process.platform === "linux")(
  "a directory that cannot be written stops the start, and says who has to let whom",
  () => {
    expect(() => openStore("/sys/kernel/takopi.db")).toThrow(
      /^\/sys\/kernel\/takopi\.db cannot be used as the state file \(.*\): let the user that runs takopi write there\.$/,
    );
  },
);

describe("the state file", () => {
  test("is readable by its owner alone and survives being opened again", () => {
    const file = join(folder(), "takopi.db");
    const store = openStore(file);
    store.runs.add(run("1"));
    store.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = openStore(file);
    expect(again.runs.get("1")).toMatchObject({ prompt: "p", state: "queued" });
    expect(again.check()).toBe("ok");
    again.close();
  });

  test("stops the start when it is damaged, and is left as it is", () => {
    const file = join(folder(), "takopi.db");
    const bytes = "no database at all ".repeat(500);
    writeFileSync(file, bytes);
    expect(() => openStore(file)).toThrow(ConfigError);
    expect(readFileSync(file, "utf8")).toBe(bytes);
  });

  test("stops the start when a newer version wrote it", () => {
    const file = join(folder(), "takopi.db");
    openStore(file).close();
    const plain = openPlain(file);
    plain.run("PRAGMA user_version = 99");
    plain.close();
    expect(() => openStore(file)).toThrow(/newer takopi/);
  });
});

describe("updates", () => {
  test("are new once, by their id and by their message", () => {
    const { updates } = openStore(":memory:");
    const update = { id: 5, chatId: "1", messageId: "2", body: "{}" };
    expect(updates.receive(update, 0)).toBe(true);
    expect(updates.receive(update, 0)).toBe(false);
    expect(updates.receive({ ...update, id: 6 }, 0)).toBe(false);
    expect(updates.receive({ ...update, id: 7, chatId: null, messageId: null }, 0)).toBe(true);
    expect(updates.waiting().map(({ id }) => id)).toEqual([5, 7]);
    updates.handled(5);
    expect(updates.waiting().map(({ id }) => id)).toEqual([7]);
  });

  test("are set aside at their third failure", () => {
    const { updates } = openStore(":memory:");
    updates.receive({ id: 1, chatId: null, messageId: null, body: "{}" }, 0);
    expect([updates.failed(1), updates.failed(1), updates.failed(1)]).toEqual([false, false, true]);
    expect(updates.waiting()).toEqual([]);
  });
});

describe("runs", () => {
  test("keep their first outcome", () => {
    const { runs } = openStore(":memory:");
    runs.add(run("1"));
    expect(runs.end("1", OUTCOME, 9)).toBe(true);
    expect(runs.end("1", { ...OUTCOME, kind: "error" }, 10)).toBe(false);
    expect(runs.get("1")).toMatchObject({ outcome: "done", endedAt: 9 });
  });

  test("keep all of a text that has NULs, but for these", () => {
    const { runs } = openStore(":memory:");
    runs.add(run("1", { prompt: "a\0b\0" }));
    runs.end("1", { ...OUTCOME, answer: "\0all of it", error: "x\0y" }, 9);
    const replaced = { prompt: "a\ufffdb\ufffd", answer: "\ufffdall of it", error: "x\ufffdy" };
    expect(runs.get("1")).toMatchObject(replaced);
  });

  test("are found by any of their messages and by their session", () => {
    const { runs, messages } = openStore(":memory:");
    runs.add(run("1"));
    runs.add(run("2"));
    messages.lead("1", "77", "1");
    runs.setSession("1", "s");
    runs.setSession("2", "s");
    expect(messages.runOf("1", "77")?.id).toBe("1");
    expect(messages.runOf("1", "1")?.id).toBe("1");
    expect(messages.runOf("2", "77")).toBeUndefined();
    expect(runs.bySession("codex", "s")?.id).toBe("2");
    expect(runs.bySession("pi", "s")).toBeUndefined();
  });

  test("are open until they end, and listed by chat", () => {
    const { runs } = openStore(":memory:");
    for (const id of ["1", "2", "3"]) runs.add(run(id, { chatId: id === "3" ? "9" : "1" }));
    runs.start("1", 5, "/x");
    runs.end("2", OUTCOME, 6);
    expect(runs.open().map(({ id }) => id)).toEqual(["1", "3"]);
    expect(runs.recent(10).map(({ id }) => id)).toEqual(["3", "2", "1"]);
    expect(runs.recent(10, "1").map(({ id }) => id)).toEqual(["2", "1"]);
  });

  test("are stored with all that belongs to them, or not at all", () => {
    const store = openStore(":memory:");
    expect(() =>
      store.transaction(() => {
        store.runs.add(run("1"));
        throw new Error("half way");
      }),
    ).toThrow("half way");
    expect(store.runs.get("1")).toBeUndefined();
  });

  test("that must be on the disk begin no transaction inside another, which could not wait for it", () => {
    const store = openStore(":memory:");
    expect(store.durably(() => 1)).toBe(1);
    expect(() => store.transaction(() => store.durably(() => 1))).toThrow("inside another");
  });
});

describe("the lock", () => {
  test("names its holder to whoever comes second, and is free again once released", () => {
    const file = join(folder(), "takopi.lock");
    const lock = takeLock(file);
    expect(() => takeLock(file)).toThrow(UserError);
    expect(() => takeLock(file)).toThrow(`pid ${process.pid}`);
    lock.release();
    takeLock(file).release();
  });

  test.each([
    ["of a process that has ended", () => JSON.stringify({ pid: endedPid(), token_fingerprint: "0123456789" })],
    ["of a process that had the same pid", () => JSON.stringify({ pid: process.pid })],
    ["without a pid", () => "{}"],
    ["that is no JSON", () => "no lock at all"],
  ])("takes the place of Takopi's file %s", (_, write) => {
    const file = join(folder(), "takopi.lock");
    writeFileSync(file, write());
    expect(readLockHolder(file)).toBeUndefined();
    const lock = takeLock(file);
    expect(readLockHolder(file)).toContain(`pid ${process.pid}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    lock.release();
    expect(readLockHolder(file)).toBeUndefined();
  });

  test("leaves the file of a Takopi that runs, and names it", () => {
    const file = join(folder(), "takopi.lock");
    const text = JSON.stringify({ pid: process.ppid, token_fingerprint: "0123456789" });
    writeFileSync(file, text);
    expect(readLockHolder(file)).toBe(`pid ${process.ppid}`);
    expect(() => takeLock(file)).toThrow(UserError);
    expect(() => takeLock(file)).toThrow(`already running here (pid ${process.ppid}; lock ${file}): end it first`);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("says what is wrong with its place, which is not that takopi runs", () => {
    const file = join(folder(), "takopi.lock");
    mkdirSync(file);
    expect(() => takeLock(file)).toThrow(ConfigError);
    expect(() => takeLock(file)).toThrow(`${file} cannot be used as the lock (`);
    expect(() => readLockHolder(file)).toThrow(ConfigError);
  });
});
