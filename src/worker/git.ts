import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { BOUNDS } from "../bounds.ts";
import { collect } from "../engine/collect.ts";
import { engineEnv } from "../engine/environment.ts";
import { sendSignal } from "../engine/marked.ts";
import { UserError } from "../errors.ts";

const GIT_VARIABLES = { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };

/** A repository must not run programs just because the bridge looks at it; filters it needs for its files still do. */
const QUIET = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];

export interface GitPlace {
  readonly path: string;
  /** The environment of the bridge; git gets a scrubbed copy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends git. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs git without a shell, without the repository's hooks, and without asking on a terminal. It leads a group, so that
 * it ends together with what it started.
 *
 * @throws UserError with what git said; `signal.reason` once aborted.
 */
export async function git({ path: cwd, env, signal }: GitPlace, ...args: string[]): Promise<string> {
  signal?.throwIfAborted();
  const own = engineEnv({ env, cwd, patterns: ["SSH_AUTH_SOCK"], options: {}, added: GIT_VARIABLES });
  const child = spawn("git", [...QUIET, ...args], { cwd, env: own, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid === undefined) throw startFailure(await once(child, "error"));
  const stop = new AbortController();
  const stopFor = (reason: string) => (): void => stop.abort(reason);
  const tooMuch = stopFor(`it printed more than ${BOUNDS.git.outputBytes} bytes.`);
  const { outputBytes } = BOUNDS.git;
  const [stdout, stderr] = [collect(child.stdout, outputBytes, tooMuch), collect(child.stderr, outputBytes, tooMuch)];
  const timer = setTimeout(stopFor(`it did not end within ${BOUNDS.git.callMs / 1000} s.`), BOUNDS.git.callMs);
  const end = stopFor("it was stopped.");
  signal?.addEventListener("abort", end);
  stop.signal.addEventListener("abort", () => endGroup(child));
  const [code] = await once(child, "close");
  clearTimeout(timer);
  signal?.removeEventListener("abort", end);
  // A process that ignores the first signal and holds no output open would stay.
  if (stop.signal.aborted) sendSignal(-child.pid, "SIGKILL");
  signal?.throwIfAborted();
  if (code === 0 && !stop.signal.aborted) return stdout().trim();
  const said = stderr().trim() || stdout().trim() || `it ended with code ${code}.`;
  throw new UserError(`git: ${stop.signal.aborted ? stop.signal.reason : said}`);
}

export async function tryGit(place: GitPlace, ...args: string[]): Promise<string | undefined> {
  return git(place, ...args).catch(() => {
    place.signal?.throwIfAborted();
    return undefined;
  });
}

/** The folder that keeps the settings of a repository and of all its worktrees, without links. */
export async function keeperOf(place: GitPlace): Promise<string> {
  return realpath(resolve(place.path, await git(place, "rev-parse", "--git-common-dir")));
}

function startFailure([cause]: readonly Error[]): UserError {
  const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
  return new UserError(isMissing ? "git is not on PATH of the bridge." : `git: ${cause?.message}`, { cause });
}

function endGroup(child: ChildProcess): void {
  const group = -(child.pid as number);
  sendSignal(group, "SIGTERM");
  const timer = setTimeout(() => {
    sendSignal(group, "SIGKILL");
    // Processes that left the group may still hold the outputs.
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, BOUNDS.git.endMs);
  child.once("close", () => clearTimeout(timer));
}
