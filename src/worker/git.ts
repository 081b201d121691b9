import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { engineEnv } from "../engine/environment.ts";
import { sendSignal } from "../engine/marked.ts";
import { UserError } from "../errors.ts";

const LIMIT_MS = 120_000;
const GIT_VARIABLES = { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
/** How long git may take to end when it is told to: it takes its locks and what it began away. */
const GRACE_MS = 500;

/** A repository must not run programs just because the bridge looks at it; filters it needs for its files still do. */
const QUIET = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];

export interface GitPlace {
  readonly path: string;
  /** Of the bridge; git gets a scrubbed copy. */
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
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const timer = setTimeout(end, LIMIT_MS);
  signal?.addEventListener("abort", end);
  stop.signal.addEventListener("abort", () => endGroup(child));
  const [code] = await once(child, "close");
  clearTimeout(timer);
  signal?.removeEventListener("abort", end);
  // What does not heed the first signal and holds no output open would be left.
  if (stop.signal.aborted) sendSignal(-child.pid, "SIGKILL");
  signal?.throwIfAborted();
  if (code === 0) return stdout().trim();
  const late = stop.signal.aborted ? `it did not end within ${LIMIT_MS / 1000} s.` : `it ended with code ${code}.`;
  throw new UserError(`git: ${stderr().trim() || stdout().trim() || late}`);
}

export async function tryGit(place: GitPlace, ...args: string[]): Promise<string | undefined> {
  return git(place, ...args).catch(() => {
    place.signal?.throwIfAborted();
    return undefined;
  });
}

function startFailure([cause]: readonly Error[]): UserError {
  const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
  return new UserError(isMissing ? "git is not on PATH of the bridge." : `git: ${cause?.message}`, { cause });
}

/** What git prints beyond it is lost. */
const OUTPUT_CHARS = 8_000_000;

function collect(output: Readable): () => string {
  let text = "";
  output.setEncoding("utf8").on("data", (chunk: string) => {
    if (text.length < OUTPUT_CHARS) text += chunk;
  });
  return () => text;
}

function endGroup(child: ChildProcess): void {
  const group = -(child.pid as number);
  sendSignal(group, "SIGTERM");
  const timer = setTimeout(() => {
    sendSignal(group, "SIGKILL");
    // What left the group may still hold them.
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, GRACE_MS);
  child.once("close", () => clearTimeout(timer));
}
