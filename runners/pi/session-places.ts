import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { EngineSetup } from "../../src/engine/contract.ts";
import { isOmp, ompFolderName } from "./omp.ts";
import type { PiOptions } from "./options.ts";

/** The folders of pi's session files, as its 0.74.2 and 1.5.2 find them. */
export interface SessionPlaces {
  readonly cwd: string;
  readonly home: string;
  /** pi's own directory. */
  readonly agentDir: string;
  /** The folder that a run in `cwd` saves into. */
  readonly own: string;
  /** See `WorkSetup.directories`. */
  readonly directories?: readonly string[] | undefined;
  /** The folders of all projects. */
  all(): Promise<readonly string[]>;
}

type PlacesSetup = EngineSetup & { readonly options: PiOptions } & Pick<SessionPlaces, "directories">;

/**
 * A directory of the options comes before that of the environment, and both before pi's own settings. Those of the
 * repository count only if it is trusted.
 */
export async function findPlaces(setup: PlacesSetup, cwd: string): Promise<SessionPlaces> {
  const variable = (name: string) => setup.options.env?.[name] ?? setup.env[name];
  const home = variable("HOME") || homedir();
  const absolute = (path: string) => resolve(cwd, expandHome(path, home));
  const omp = isOmp(setup.options.cmd);
  const agentDir = absolute(variable("PI_CODING_AGENT_DIR") || (omp ? "~/.omp/agent" : "~/.pi/agent"));
  const chosen =
    setup.options.session_dir ??
    (variable("PI_CODING_AGENT_SESSION_DIR") ||
      (setup.trusted && (await readSessionDir(join(cwd, ".pi", "settings.json")))) ||
      (await readSessionDir(join(agentDir, "settings.json"))));
  const root = join(agentDir, "sessions");
  return {
    cwd,
    home,
    agentDir,
    directories: setup.directories,
    own: chosen ? absolute(chosen) : join(root, omp ? ompFolderName(cwd, home) : toFolderName(cwd)),
    all: async () => (await readdir(root).catch(() => [])).map((name) => join(root, name)),
  };
}

/** `~` and `~/…` under the home directory; other paths as they are. */
export const expandHome = (path: string, home: string): string =>
  path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;

const toFolderName = (cwd: string): string => `--${cwd.replace(/^[/\\]/, "").replace(/[/\\:]/g, "-")}--`;

const Settings = z.object({ sessionDir: z.string().optional() });

/** Also undefined if pi's settings cannot be read: pi reports that itself when it starts. */
async function readSessionDir(path: string): Promise<string | undefined> {
  try {
    return Settings.safeParse(JSON.parse(await readFile(path, "utf8"))).data?.sessionDir;
  } catch {
    return undefined;
  }
}
