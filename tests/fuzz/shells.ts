import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATH = (process.env["PATH"] ?? "").split(":");
const find = (name: string) => PATH.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** The shells that are here; bash always is. */
export const shells = ["bash", "dash", "zsh"].filter((name) => find(name) !== undefined);

/** Real programs that the lines may use, beside those that only leave their name. */
const TOOLS =
  "env nohup timeout nice stdbuf setsid xargs find cat true false sleep git awk sed sh bash dash zsh tr".split(" ");

/** Leads a group, so that nothing of a line outlives it, such as a function that calls itself. */
const BOUNDED = 'echo $$ > "$0"; exec timeout -s KILL 4 "$1" -c "$2"';

/** Runs a line each time it reads one, and writes the programs that left their names until nothing of it lived. */
const DRIVER = `while IFS= read -r -d '' line; do
  : > "$LOG"
  for name in $PROGRAMS; do printf '#!/bin/sh\\necho %s >> %s\\n' "$name" "$LOG" > "$BIN/$name"; done
  BIN=$BIN PATH=$BIN HOME=$WORK FUNCNEST=20 sh -c "$BOUNDED" "$GROUP" "$SHELL_UNDER_TEST" "$line" </dev/null 2>/dev/null 9>&1 |
    timeout -s KILL 6 cat >/dev/null
  kill -KILL -- "-$(<"$GROUP")" 2>/dev/null
  ran=$(<"$LOG"); printf '%s\\0' "\${ran//$'\\n'/ }"
done`;

/**
 * Runs each line in a shell of its own, in an empty directory and with nothing but stand-ins and harmless programs on
 * PATH, and gives which of the stand-ins ran.
 */
export async function runLines(
  shell: string,
  lines: readonly string[],
  programs: readonly string[],
): Promise<ReadonlySet<string>[]> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), "takopi-shells-"));
  const [BIN, WORK, LOG, GROUP] = [join(root, "bin"), join(root, "work"), join(root, "log"), join(root, "group")];
  for (const folder of [BIN, WORK]) mkdirSync(folder);
  for (const name of TOOLS) {
    const path = find(name);
    if (path) symlinkSync(path, join(BIN, name));
  }
  const script = (name: string, text: string) => {
    writeFileSync(join(BIN, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(BIN, name), 0o700);
  };
  for (const name of programs) script(name, "written by the driver, since lines may write to it");
  for (const name of ["sudo", "doas"]) {
    script(
      name,
      'while :; do case $1 in -u) shift 2;; --) shift; break;; -*) shift;; *) break;; esac; done; exec "$@"',
    );
  }
  try {
    const output = await new Promise<string>((resolve, reject) => {
      const env = {
        BIN,
        WORK,
        LOG,
        GROUP,
        BOUNDED,
        PROGRAMS: programs.join(" "),
        PATH: process.env["PATH"],
        SHELL_UNDER_TEST: find(shell),
      };
      const child = execFile("bash", ["-c", DRIVER], { env, cwd: WORK, maxBuffer: 2 ** 26 }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
      child.stdin?.end(lines.map((line) => `${line}\0`).join(""));
    });
    return output
      .split("\0")
      .slice(0, -1)
      .map((ran) => new Set(ran.split(" ").filter((name) => name !== "")));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
