import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { Probe } from "./contract.ts";
import { capture, describeMissing } from "./process.ts";

/** Engines that are scripts of a large runtime take seconds when the disk is cold: pi 0.74.2 was seen to take over 10. */
const VERSION_TIMEOUT_MS = 40_000;

export interface ProbeRequest {
  /** The engine's id, which is also its table in the config. */
  readonly id: string;
  /** A name that is looked up on PATH, or a path. */
  readonly cmd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The line by which this engine tells its version, with that as the first group. */
  readonly version?: RegExp;
}

/** A line that is nothing but a name and a version, so that notices and other programs' versions do not count. */
const VERSION_LINE = /^(?:[\w-]+[ /])?v?(\d+\.\d+\.\d+[\w.+-]*)$/m;

/** Finds an engine and asks for its version, on either stream; never throws. */
export async function probeExecutable({ id, cmd, env, version: line = VERSION_LINE }: ProbeRequest): Promise<Probe> {
  const path = await findExecutable(cmd, env["PATH"]);
  if (path === undefined) return { problems: [describeMissing(id, cmd)] };
  try {
    const { code, stdout, stderr } = await askVersion(id, path, env);
    const version = code === 0 ? line.exec(`${stdout}\n${stderr}`)?.[1] : undefined;
    if (version !== undefined) return { path, version, problems: [] };
    const said = code === 0 ? "" : stderr.trim().split("\n").at(-1);
    const why = said ? ` (${said.slice(0, 200)})` : "";
    return { path, problems: [`${path} --version gives no version${why}; set ${id}.cmd to the engine's executable.`] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { path, problems: [`${why}: try ${path} --version in a terminal, or set ${id}.cmd.`] };
  }
}

/** The absolute path of an executable file; a name without a slash is looked up on PATH. */
export async function findExecutable(cmd: string, searchPath = ""): Promise<string | undefined> {
  const candidates = cmd.includes("/")
    ? [resolve(cmd)]
    : searchPath
        .split(delimiter)
        .filter((directory) => directory !== "")
        .map((directory) => join(directory, cmd));
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function askVersion(id: string, file: string, env: ProbeRequest["env"]) {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const request = { id, file, args: ["--version"], cwd: "/", env: Object.fromEntries(defined) };
  return capture({ ...request, timeoutMs: VERSION_TIMEOUT_MS });
}
