import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The messages of a session, oldest first. */
export interface Turn {
  readonly prompt: string;
  readonly answer: string;
}

export interface Session {
  readonly path: string;
  readonly id: string;
  /** ISO; of the session's first run. */
  readonly timestamp: string;
  readonly cwd: string;
  readonly turns: readonly Turn[];
}

/** Begins a session with a file of its own, so that it can be gone on with even if this run is cut off. */
export async function createSession(folder: string, cwd: string): Promise<Session> {
  const header = { type: "session" as const, id: randomUUID(), timestamp: new Date().toISOString(), cwd };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${header.timestamp.replaceAll(/[:.]/g, "-")}_${header.id}.jsonl`);
  await appendFile(path, `${JSON.stringify(header)}\n`, { mode: 0o600 });
  return { ...header, path, turns: [] };
}

/**
 * The session of an id or a path; undefined if there is none.
 *
 * @throws Error for a file that no run of this program wrote.
 */
export async function openSession(folder: string, value: string): Promise<Session | undefined> {
  const path = value.endsWith(".jsonl") ? value : await findFile(folder, value);
  if (path === undefined) return undefined;
  const [header, ...turns] = (await readFile(path, "utf8")).trimEnd().split("\n");
  const { id, timestamp, cwd } = readFields(header, ["id", "timestamp", "cwd"]);
  return { id, timestamp, cwd, path, turns: turns.map((line) => readFields(line, ["prompt", "answer"])) };
}

export async function saveTurn(session: Session, turn: Turn): Promise<void> {
  await appendFile(session.path, `${JSON.stringify(turn)}\n`);
}

async function findFile(folder: string, id: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const name = names.find((entry) => entry.endsWith(`_${id}.jsonl`));
  return name === undefined ? undefined : join(folder, name);
}

/** Without zod, whose loading would take longer than all the rest of a run. */
function readFields<Key extends string>(line: string | undefined, keys: readonly Key[]): Record<Key, string> {
  const value: unknown = JSON.parse(line ?? "null");
  const fields = Object.entries(value ?? {}).filter(
    ([key, field]) => keys.includes(key as Key) && typeof field === "string",
  );
  if (fields.length !== keys.length) throw new Error(`Not a line of a demo session: ${line}`);
  return Object.fromEntries(fields) as Record<Key, string>;
}
