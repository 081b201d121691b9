import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { BOUNDS } from "../bounds.ts";
import { EngineError } from "../errors.ts";
import type { Probe } from "./contract.ts";
import { type CaptureRequest, capture, describeMissing } from "./process.ts";

export interface ProbeRequest {
  /** The engine's id, which is also its table in the config. */
  readonly id: string;
  /** A name that is looked up on PATH, or a path. */
  readonly cmd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The line by which this engine tells its version, with that as the first group. */
  readonly version?: RegExp;
  /** The message, with its fix, in the output of a start that printed no version. */
  explain?(output: string): string | undefined;
}

/** A line that is nothing but a name and a version, so that notices and other programs' versions do not count. */
const VERSION_LINE = /^(?:[\w-]+[ /])?v?(\d+\.\d+\.\d+[\w.+-]*)$/m;

/** Finds an engine and asks for its version, on either stream; never throws. */
export async function probeExecutable(request: ProbeRequest): Promise<Probe> {
  const { id, cmd, env, version: line = VERSION_LINE } = request;
  const path = await findExecutable(cmd, env["PATH"]);
  if (path === undefined) return { problems: [describeMissing(id, cmd)] };
  const command = { id, file: path, args: ["--version"], cwd: "/", env };
  try {
    const { code, output, stderr } = await askEngine({ ...command, limitMs: BOUNDS.engine.versionMs });
    const version = code === 0 ? line.exec(output)?.[1] : undefined;
    if (version !== undefined) return { path, version, problems: [] };
    const said = code === 0 ? "" : stderr.trim().split("\n").at(-1);
    const why = said ? ` (${said.slice(0, 200)})` : "";
    const fix = `set ${id}.cmd to the engine's executable.`;
    return { path, problems: [request.explain?.(output) ?? `${path} --version gives no version${why}; ${fix}`] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { path, problems: [`${why}: try ${path} --version in a terminal, or set ${id}.cmd.`] };
  }
}

export interface Said {
  readonly code: number | undefined;
  readonly stderr: string;
  /** Both streams, without terminal codes. */
  readonly output: string;
}

/** Runs a short command of an engine. @throws EngineError as `capture`. */
export async function askEngine(request: CaptureRequest): Promise<Said> {
  const { code, stdout, stderr } = await capture(request);
  const output = stripVTControlCharacters(`${stderr}\n${stdout}`).replaceAll("\r", "");
  return { code, stderr, output };
}

/**
 * Has an engine read its own configuration, by a command that costs nothing. `read` says what is wrong, with the fix.
 *
 * @returns the problem; also that of an engine that does not end.
 */
export async function checkEngine(
  request: CaptureRequest,
  read: (said: Said) => string | undefined,
): Promise<readonly string[]> {
  try {
    const problem = read(await askEngine(request));
    return problem === undefined ? [] : [problem];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const line = [request.file, ...request.args].join(" ");
    return [`${error.message}: try \`${line}\` in a terminal, it may wait for the network or for an answer.`];
  }
}

/** The fix for a file of the engine's own. */
export const CORRECT_FILE = "correct the file, every run fails until then.";

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
