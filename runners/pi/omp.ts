import { tmpdir } from "node:os";
import { basename, isAbsolute, relative } from "node:path";

/** Whether a program is oh-my-pi, which grew out of pi: its 18.2 and 18.3 have other flags and another home. */
export const isOmp = (cmd: string | undefined): boolean => cmd !== undefined && /^omp\b/.test(basename(cmd));

/** The flag that a session's file follows. */
export const resumeFlag = (cmd: string | undefined): string => (isOmp(cmd) ? "--resume" : "--session");

/** oh-my-pi names the folder of a directory by its way from the home directory or that of temporary files. */
export function ompFolderName(cwd: string, home: string): string {
  const below = [
    ["-", relative(home, cwd)],
    ["-tmp-", relative(tmpdir(), cwd)],
  ] as const;
  const found = below.find(([, path]) => !path.startsWith("..") && !isAbsolute(path));
  const dashed = (path: string) => path.replace(/[/\\:]/g, "-");
  return found ? `${found[0]}${dashed(found[1])}` : `--${dashed(cwd.replace(/^[/\\]/, ""))}--`;
}
