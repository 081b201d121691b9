import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { EngineSetup, RunRequest } from "../../src/engine/contract.ts";
import { findExecutable } from "../../src/engine/probe.ts";
import { isTrustedIn, withParents } from "../../src/engine/trust.ts";
import { EngineError } from "../../src/errors.ts";
import { isOmp } from "./omp.ts";
import type { PiOptions } from "./options.ts";
import { isOlder } from "./probe.ts";
import type { SessionPlaces } from "./session-places.ts";
import { ENGINE } from "./state.ts";

/** Files of a repository that pi reads; since 0.79 only if pi was told to trust it. */
export const piBrings = {
  ".pi/settings.json": "shell, packages, models",
  ".pi/extensions/": "extensions",
  ".pi/skills/": "skills",
  ".pi/prompts/": "prompt templates",
  ".pi/SYSTEM.md": "system prompt",
  ".pi/APPEND_SYSTEM.md": "system prompt",
};

/** Arguments and variables for pi that follow from trust. */
export interface PiTrust {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export type PiTrustRequest = Pick<RunRequest, "cwd"> & EngineSetup & { readonly options: PiOptions };

/** Explicit `--extension` arguments, such as our gate's, are still loaded. */
const NOTHING_BUT_OURS = ["--no-extensions", "--no-skills", "--no-prompt-templates", "--no-themes"];

/**
 * How pi is kept from what the repository of a session's `directory` brings; its AGENTS.md and CLAUDE.md are read in any
 * case.
 *
 * @throws EngineError if this pi cannot be kept from the repository's settings.
 */
export async function trustOf(request: PiTrustRequest, directory: string, places: SessionPlaces): Promise<PiTrust> {
  const { options } = request;
  const env = { ...request.env, ...options.env };
  const cmd = options.cmd ?? ENGINE;
  if (isOmp(cmd)) return trustOmp(cmd, directory, isTrustedIn(request, directory));
  const found = await findPackage(cmd, env["PATH"]);
  const knowsTrust = found !== undefined && !isOlder(found.version, 79);
  if (isTrustedIn(request, directory)) {
    return { args: knowsTrust && options.approve === undefined ? ["--approve"] : [], env: {} };
  }
  if (knowsTrust) return { args: ["--no-approve", ...NOTHING_BUT_OURS], env: {} };
  if (found !== undefined) {
    const lookalike = makeLookalike(found, env);
    return { args: NOTHING_BUT_OURS, env: { PI_PACKAGE_DIR: lookalike, PI_CODING_AGENT_DIR: places.agentDir } };
  }
  refuseSettings(".pi", directory, cmd);
  return { args: NOTHING_BUT_OURS, env: {} };
}

/** oh-my-pi reads the settings of a repository in any case. */
function trustOmp(cmd: string, directory: string, isTrusted: boolean): PiTrust {
  if (isTrusted) return { args: [], env: {} };
  refuseSettings(".omp", directory, cmd);
  return { args: ["--no-extensions", "--no-skills"], env: {} };
}

function refuseSettings(folder: string, directory: string, cmd: string): void {
  if (!existsSync(join(directory, folder))) return;
  throw new EngineError(
    `${directory} brings a \`${folder}\` folder, and takopi cannot keep ${cmd} from its settings. Set \`pi.cmd\` to pi's own executable, or trust the project with \`trusted = true\`.`,
  );
}

export interface PiPackage {
  readonly directory: string;
  readonly version: string;
  readonly manifest: Readonly<Record<string, unknown>>;
}

const Manifest = z.looseObject({ name: z.string().regex(/\/pi-coding-agent$/), version: z.string() });

/** The npm package that an executable belongs to; undefined if that is no pi. */
export async function findPackage(cmd: string, searchPath: string | undefined): Promise<PiPackage | undefined> {
  const executable = await findExecutable(cmd, searchPath);
  if (executable === undefined) return undefined;
  for (const directory of withParents(dirname(realpathSync(executable)))) {
    const manifest = Manifest.safeParse(readJson(join(directory, "package.json"))).data;
    if (manifest) return { directory, version: manifest.version, manifest };
  }
  return undefined;
}

/** No file system has a name as long as this, so that no repository can have such a folder. */
const IMPOSSIBLE_FOLDER = `.pi-${"x".repeat(300)}`;

/**
 * A folder that pi takes for its own package, in which a repository's folder is called otherwise than `.pi`. pi before
 * 0.79 has no other way to leave a repository's settings alone (read in 0.74.2: `PI_PACKAGE_DIR`, `piConfig.configDir`).
 */
function makeLookalike({ directory, manifest }: PiPackage, env: EngineSetup["env"]): string {
  const cache = env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache");
  const name = createHash("sha256").update(`${directory} ${manifest["version"]}`).digest("hex").slice(0, 16);
  const folder = join(cache, "takopi", `pi-${name}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(directory)) {
    const link = join(folder, entry);
    if (entry !== "package.json" && !existsSync(link)) symlinkSync(join(directory, entry), link);
  }
  const piConfig = { ...(isTable(manifest["piConfig"]) && manifest["piConfig"]), configDir: IMPOSSIBLE_FOLDER };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, piConfig }));
  return folder;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const isTable = (value: unknown): value is object => typeof value === "object" && value !== null;
