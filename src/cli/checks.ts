import { statSync } from "node:fs";
import type { Config } from "../config/config.ts";
import { PROJECT_FILE } from "../config/narrowing.ts";
import { openGroup } from "../config/telegram.ts";
import { ConfigError, UserError } from "../errors.ts";
import { readNarrowing } from "../worker/narrowing.ts";
import { broughtParts } from "./brought.ts";
import { checkEngines } from "./check-engine.ts";
import { checkMachines } from "./check-machines.ts";
import { checkState } from "./check-state.ts";
import { checkChat } from "./check-telegram.ts";
import { checkVoice } from "./check-voice.ts";
import type { Context, Globals } from "./command.ts";
import { loadFor } from "./load.ts";
import { gitVersion } from "./repository.ts";

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "warning" | "error";
  readonly detail: string;
  /** The fix. */
  readonly fix?: string;
}

export interface CheckOptions extends Context, Globals {}

/** Looks at everything, in the order in which it would be needed. A broken config leaves only what needs none. */
export async function runChecks(options: CheckOptions): Promise<Check[]> {
  const config = readConfig(options);
  if (!("telegram" in config)) return [config, await checkGit()];
  const telegram = checkChat(config, options);
  const found = checkEngines(config, options);
  const voice = checkVoice(config, options);
  return [
    ...describeConfig(config),
    ...(await telegram),
    ...checkGroups(config),
    ...(await found),
    await voice,
    await checkGit(),
    await checkState(config),
    ...(await checkProjects(config)),
    ...(await checkMachines(config, options)),
  ];
}

function readConfig(options: CheckOptions): Config | Check {
  try {
    return loadFor(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { name: "config", state: "error", detail: error.message, fix: "Correct the file, then run this again." };
  }
}

function describeConfig(config: Config): Check[] {
  const { file, directory, warnings } = config;
  if (file === undefined) {
    const fix = `Run \`takopi setup\`, which writes ${directory}/takopi.toml, or try \`takopi demo\`, which needs none.`;
    return [{ name: "config", state: "warning", detail: "there is none; defaults are used", fix }];
  }
  const others = warnings.map((detail): Check => ({ name: "config", state: "warning", detail }));
  const isOpen = ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
  const readable: Check = {
    name: "config",
    state: "warning",
    detail: "others on this machine can read the file, and it may hold the token",
    fix: `chmod 600 ${file}`,
  };
  return [{ name: "config", state: "ok", detail: file }, ...others, ...(isOpen ? [readable] : [])];
}

function checkGroups(config: Config): Check[] {
  if (!config.telegram) return [];
  const problem = openGroup(config);
  if (problem) return [{ name: "group safety", state: "error", detail: problem }];
  const { allow_group_members, allowed_user_ids } = config.telegram;
  if (allowed_user_ids.length > 0) {
    return [
      {
        name: "group safety",
        state: "ok",
        detail: `${allowed_user_ids.length === 1 ? "one person" : `${allowed_user_ids.length} people`} may use the bot`,
      },
    ];
  }
  return allow_group_members
    ? [{ name: "group safety", state: "warning", detail: "every member of the groups may run commands here" }]
    : [{ name: "group safety", state: "ok", detail: "private chats only" }];
}

async function checkGit(): Promise<Check> {
  const version = await gitVersion();
  if (version !== undefined) return { name: "git", state: "ok", detail: version };
  return { name: "git", state: "warning", detail: "not on PATH", fix: "Install git to use branches (@branch)." };
}

function checkProjects({ projects, known }: Config): Promise<Check[]> {
  const checks = [...projects.values()].map(async ({ alias, path, machine, trusted }): Promise<Check> => {
    const name = `project ${alias}`;
    if (machine !== undefined) return { name, state: "ok", detail: `on ${machine}` };
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      const fix = `Restore the directory, or correct projects.${alias}.path.`;
      return { name, state: "error", detail: `${path} is no directory`, fix };
    }
    const narrowing = await readNarrowing(path).catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
    if (narrowing instanceof UserError) {
      return { name, state: "error", detail: `${path}: its runs are refused`, fix: narrowing.userText };
    }
    const place = narrowing ? `${path}, narrowed by its ${PROJECT_FILE}` : path;
    if (trusted) return { name, state: "ok", detail: `${place}, trusted` };
    const parts = broughtParts(path, known);
    if (parts.length === 0) return { name, state: "ok", detail: place };
    const fix = `If you trust the repository: \`takopi config set projects.${alias}.trusted true\`.`;
    return { name, state: "ok", detail: `${place}; not trusted, so left out: ${parts.join("; ")}`, fix };
  });
  return Promise.all(checks);
}
