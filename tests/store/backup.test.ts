import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { openPlain } from "../../src/store/database.ts";
import { openStore } from "../../src/store/store.ts";

const PAGE = 4096;

function stateFile(): { directory: string; file: string } {
  const directory = mkdtempSync(join(tmpdir(), "takopi-backup-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { directory, file: join(directory, "takopi.db") };
}

/** A start that stores one more model, and ends. */
function start(file: string, model: string): void {
  const store = openStore(file, { isStart: true });
  store.threads.setModel("codex", model, model);
  store.close();
}

const modes = (directory: string) =>
  readdirSync(directory).map((name) => [name, (statSync(join(directory, name)).mode & 0o777).toString(8)]);

test("everything that is written is readable by its owner alone from the first byte, whatever the umask", () => {
  const { directory, file } = stateFile();
  const umask = process.umask(0o000);
  onTestFinished(() => void process.umask(umask));
  start(file, "a");
  const store = openStore(file, { isStart: true });
  store.threads.setModel("codex", "b", "b");
  expect(modes(directory)).toEqual(
    ["takopi.db", "takopi.db-shm", "takopi.db-wal", "takopi.db.backup-1"].map((name) => [name, "600"]),
  );
  store.close();
});

test("a start keeps a sound copy of what the last three starts found", () => {
  const { file } = stateFile();
  for (const model of ["a", "b", "c", "d", "e"]) start(file, model);
  const copies = [1, 2, 3, 4].filter((age) => existsSync(`${file}.backup-${age}`));
  expect(copies).toEqual([1, 2, 3]);
  const inCopy = (age: number) => {
    const store = openStore(`${file}.backup-${age}`);
    const models = ["a", "b", "c", "d", "e"].filter((model) => store.threads.model("codex", model));
    store.close();
    return models.join("");
  };
  expect([1, 2, 3].map(inCopy)).toEqual(["abcd", "abc", "ab"]);
});

test("a start that cannot copy goes on, and says so", () => {
  const { file } = stateFile();
  start(file, "a");
  const told: unknown[] = [];
  mkdirSync(join(`${file}.backup-0`, "in the way"), { recursive: true });
  const store = openStore(file, { isStart: true, onNoBackup: (error) => told.push(error) });
  expect(told).toHaveLength(1);
  expect(store.threads.model("codex", "a")).toBe("a");
  store.close();
});

test("a page that was damaged stops the start with the copy's place, and nothing is changed", () => {
  const { file } = stateFile();
  const store = openStore(file, { isStart: true });
  for (let id = 0; id < 600; id++)
    store.updates.receive({ id, chatId: String(id), messageId: String(id), body: `{"text":"${id}"}` }, id);
  store.close();
  openStore(file, { isStart: true }).close();
  const plain = openPlain(file);
  plain.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  plain.close();
  const sound = readFileSync(file);
  const pages = sound.length / PAGE;
  expect(pages).toBeGreaterThan(25);
  const unnoticed: number[] = [];
  for (let page = 0; page < pages; page++) {
    const damaged = Buffer.from(sound);
    damaged.fill(0xa5, page * PAGE, (page + 1) * PAGE);
    writeFileSync(file, damaged);
    for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true });
    try {
      openStore(file, { isStart: true }).close();
      unnoticed.push(page);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).message).toContain(`cp ${file}.backup-1 ${file}`);
      expect(readFileSync(file).equals(damaged)).toBe(true);
    }
  }
  expect(unnoticed).toEqual([]);
});
