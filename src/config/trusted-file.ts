import { spawnSync } from "node:child_process";
import { realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { BOUNDS } from "../bounds.ts";
import { ConfigError } from "../errors.ts";

/** The mode bits that let others than the owner write. */
const WRITABLE_BY_OTHERS = 0o022;
/** Mode bits of a directory: everybody may write, and the sticky bit, which leaves each file to its owner. */
const WRITABLE_BY_ALL = 0o002;
const REPLACEABLE_BY_ALL = 0o1002;

/**
 * Whoever writes the config runs commands here.
 *
 * @throws ConfigError if other users of the machine may write it, or put another file in its place.
 */
export function refuseWritable(file: string, { mode }: Stats): void {
  if (process.platform === "win32") return;
  const directory = dirname(realpathSync(file));
  if ((statSync(directory).mode & REPLACEABLE_BY_ALL) === WRITABLE_BY_ALL) {
    throw new ConfigError(
      `${file} can be replaced by other users of this machine, who could then run commands as you: run \`chmod o-w ${directory}\`.`,
    );
  }
  if ((mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new ConfigError(
    `${file} can be written by other users of this machine, who could then run commands as you: run \`chmod go-w ${file}\`.`,
  );
}

/**
 * For a config that lies in the working directory or a parent, where a repository or another user may have put it.
 *
 * @throws ConfigError if it is another user's, or git tracks it.
 */
export function refuseForeign(file: string, { uid }: Stats): void {
  const own = process.getuid?.();
  const advice = "name it with --config if you trust it, or move it away";
  if (own !== undefined && uid !== own) {
    throw new ConfigError(`${file} is not used, because it belongs to another user (uid ${uid}): ${advice}.`);
  }
  const tracked = isTracked(file);
  if (tracked === undefined) {
    throw new ConfigError(
      `${file} is not used, because git did not say within ${BOUNDS.git.lookMs / 1000} s whether it tracks it: ${advice}.`,
    );
  }
  if (tracked) {
    throw new ConfigError(
      `${file} is not used, because git tracks it, and whoever writes the repository could run commands on this machine: ${advice}.`,
    );
  }
}

/** A file that git cannot tell about, as without git, counts as not tracked; undefined if git hangs. */
function isTracked(file: string): boolean | undefined {
  const real = realpathSync(file);
  // Neither the repository's own settings nor variables of the caller may start a program or name another repository.
  const env = { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const args = ["-c", "core.fsmonitor=false", "-c", "safe.directory=*", "ls-files", "--error-unmatch", basename(real)];
  const { status, error } = spawnSync("git", args, {
    cwd: dirname(real),
    env,
    stdio: "ignore",
    timeout: BOUNDS.git.lookMs,
  });
  return error && "code" in error && error.code === "ETIMEDOUT" ? undefined : status === 0;
}
