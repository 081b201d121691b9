import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PiOptions } from "../../../runners/pi/options.ts";
import { findSession } from "../../../runners/pi/session-file.ts";
import { findPlaces } from "../../../runners/pi/session-places.ts";

let root: string;
let repo: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "takopi-pi-"));
  repo = join(root, "repo");
  await mkdir(repo);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const find = async (value: string, options: PiOptions = {}, env: Record<string, string> = {}, trusted = true) =>
  findSession(value, await findPlaces({ options, env: { HOME: root, ...env }, trusted }, repo));

/** Writes a session file into a folder of pi's default place, as pi names it. */
async function save(id: string, { cwd = repo, folder = folderOf(cwd), name = `2026-11-20T20-32-25-687Z_${id}` } = {}) {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.jsonl`);
  await writeFile(path, `${JSON.stringify({ type: "session", version: 3, id, cwd })}\n{"type":"message"}\n`);
  return path;
}
const folderOf = (cwd: string) => join(root, ".pi/agent/sessions", `--${cwd.slice(1).replaceAll("/", "-")}--`);

const ID = "01a1faa9-0e57-755a-9ea7-c358c83d66d4";
const SIBLING = "01a1faa9-1111-755a-9ea7-c358c83d66d4";

test("a full id is found in the project's own folder", async () => {
  const path = await save(ID);
  expect(await find(ID)).toEqual({ path, id: ID, cwd: repo });
});

test("the beginning of an id is enough, in either case", async () => {
  const path = await save(ID);
  expect(await find("01A1FAA9")).toEqual({ path, id: ID, cwd: repo });
});

test("a session of another project is found, and works in its own directory", async () => {
  const other = join(root, "other");
  await mkdir(other);
  await save(ID, { cwd: other });
  expect((await find(ID)).cwd).toBe(other);
});

test("a beginning that several sessions share is refused", async () => {
  await save(ID);
  await save(SIBLING);
  await expect(find("01a1faa9")).rejects.toThrow("Several pi sessions begin with 01a1faa9.");
  expect((await find("01a1faa9-1")).id).toBe(SIBLING);
});

test("the project's own session goes before those of others that begin alike", async () => {
  await save(SIBLING, { cwd: join(root, "other") });
  await save(ID);
  expect((await find("01a1faa9")).id).toBe(ID);
});

test("an id that is the beginning of another is no riddle", async () => {
  await save("job");
  await save("job-2");
  expect((await find("job")).id).toBe("job");
});

test("a file under a name of its own is found by what it says inside", async () => {
  const path = await save(ID, { name: "2026_ffffffff" });
  expect((await find("01a1faa9")).path).toBe(path);
});

test.each(["01a1faa9", "/nowhere/s.jsonl", "s.jsonl", "../s.jsonl"])(
  "a session that is not there (%s) is refused",
  async (value) => {
    await expect(find(value)).rejects.toThrow("There is no pi session");
  },
);

test("a path is taken absolute, relative to the project, or from the home directory", async () => {
  const path = await save(ID, { folder: repo, name: "saved" });
  for (const value of [path, "saved.jsonl", "./saved.jsonl", "~/repo/saved.jsonl"]) {
    expect((await find(value)).path).toBe(path);
  }
});

test.each(["", "hello", '{"type":"message"}', '{"type":"session"}', "\u0000\u0000"])(
  "a file that begins with %j is no session",
  async (text) => {
    await writeFile(join(repo, "other.jsonl"), text);
    await expect(find("other.jsonl")).rejects.toThrow("There is no pi session");
  },
);

test("a directory with the name of a session file is passed over", async () => {
  await mkdir(join(folderOf(repo), `x_${ID}.jsonl`), { recursive: true });
  await expect(find(ID)).rejects.toThrow("There is no pi session");
});

test("a session whose directory is gone is refused by that directory's name", async () => {
  await save(ID, { cwd: join(root, "gone") });
  await expect(find(ID)).rejects.toThrow(`works in ${join(root, "gone")}, which is no longer there`);
});

test("other places are the option, the variables, and pi's own settings, in this order", async () => {
  const places = { option: "a", variable: "b", project: "c", person: "d" } as const;
  const env = { PI_CODING_AGENT_SESSION_DIR: join(root, places.variable) };
  await mkdir(join(repo, ".pi"));
  await writeFile(join(repo, ".pi/settings.json"), JSON.stringify({ sessionDir: join(root, places.project) }));
  await mkdir(join(root, ".pi/agent"), { recursive: true });
  await writeFile(join(root, ".pi/agent/settings.json"), JSON.stringify({ sessionDir: "~/d" }));
  for (const folder of Object.values(places)) await save(`id-${folder}`, { folder: join(root, folder) });

  expect((await find("id-a", { session_dir: "~/a" }, env)).id).toBe("id-a");
  expect((await find("id-b", {}, env)).id).toBe("id-b");
  expect((await find("id-c")).id).toBe("id-c");
  // Settings of a repository that is not trusted do not count.
  expect((await find("id-d", {}, {}, false)).id).toBe("id-d");
  await rm(join(repo, ".pi/settings.json"));
  expect((await find("id-d")).id).toBe("id-d");
  await expect(find("id-a", {}, env)).rejects.toThrow("There is no pi session id-a");
});

test("PI_CODING_AGENT_DIR moves the whole place, also if the options set it", async () => {
  const agent = join(root, "agent");
  await save(ID, { folder: join(agent, "sessions/--x--") });
  expect((await find(ID, {}, { PI_CODING_AGENT_DIR: agent })).id).toBe(ID);
  expect((await find(ID, { env: { PI_CODING_AGENT_DIR: "~/agent" } })).id).toBe(ID);
});
