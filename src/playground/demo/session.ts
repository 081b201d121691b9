import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What was said in a session, oldest first. */
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

const Header = z.object({ type: z.literal("session"), id: z.string(), timestamp: z.string(), cwd: z.string() });
const Turns = z.array(z.object({ prompt: z.string(), answer: z.string() }));

/** Begins a session with a file of its own, so that it can be gone on with even if this run is cut off. */
export async function createSession(folder: string, cwd: string): Promise<Session> {
  const header = { type: "session" as const, id: randomUUID(), timestamp: new Date().toISOString(), cwd };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${header.timestamp.replaceAll(/[:.]/g, "-")}_${header.id}.jsonl`);
  await appendFile(path, `${JSON.stringify(header)}\n`, { mode: 0o600 });
  return { ...header, path, turns: [] };
}

/** The session with an id or behind a path; undefined where there is none. */
export async function openSession(folder: string, value: string): Promise<Session | undefined> {
  const path = value.endsWith(".jsonl") ? value : await findFile(folder, value);
  if (path === undefined) return undefined;
  const [header, ...turns] = (await readFile(path, "utf8")).trimEnd().split("\n");
  const parsed = Header.parse(JSON.parse(header ?? "null"));
  return { ...parsed, path, turns: Turns.parse(turns.map((line) => JSON.parse(line))) };
}

export async function saveTurn(session: Session, turn: Turn): Promise<void> {
  await appendFile(session.path, `${JSON.stringify(turn)}\n`);
}

async function findFile(folder: string, id: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const name = names.find((entry) => entry.endsWith(`_${id}.jsonl`));
  return name === undefined ? undefined : join(folder, name);
}
