import { randomBytes } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { WorkSetup } from "../../../src/engine/contract.ts";
import { engineEnv } from "../../../src/engine/environment.ts";
import type { LiveCommand } from "../../../src/engine/live-process.ts";
import { toolsCommand } from "../../../src/engine/pass.ts";
import { isTrustedIn } from "../../../src/engine/trust.ts";
import { moduleFile } from "../../../src/program-files.ts";
import { configVariable } from "../config.ts";
import { parseConfig, withoutHostedModels } from "../hosted-models.ts";
import { type OpencodeOptions, toPermission, withRules } from "../options.ts";
import { hasDatabase } from "../places.ts";
import { OPENCODE_VARIABLES } from "../provider-variables.ts";
import { findSessionDirectory } from "../sessions.ts";
import { ENGINE } from "../state.ts";
import { ALLOWED, withTools } from "../tools.ts";
import { requireNoPlugins, WITHOUT_PROJECT, withoutPrograms } from "../trust.ts";
import { USER } from "./client.ts";

/** `cwd` is that of the project that the server is first wanted for. */
export interface ServerSetup extends WorkSetup {
  readonly options: OpencodeOptions;
  /** The session that it is wanted for, if that is there already. */
  readonly session?: string | undefined;
  /** Names the pass of takopi's own tools; without it the server gets none. */
  readonly toolsKey?: string | undefined;
}

export interface ServerLaunch {
  /** The same for all that one server can serve: same program, same environment. */
  readonly key: string;
  readonly command: Omit<LiveCommand, "announce">;
  readonly password: string;
  /** opencode's hosted models were switched off, and nothing else may be left to choose. */
  readonly isGuarded: boolean;
  /** As opencode will see it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Neither a project nor a home: every request names its project. */
const SERVER_DIRECTORY = "/";

const PLUGIN = pathToFileURL(moduleFile("runners/opencode/live/plugin")).href;

/** The start of the server that a project needs; each start has a new port and password. */
export async function planServer(setup: ServerSetup): Promise<ServerLaunch> {
  const { options, env, cwd, log, host } = setup;
  const file = options.cmd ?? "opencode";
  const args = ["serve", "--hostname", "127.0.0.1", "--port", "0", ...(options.serve_args ?? [])];
  const directory = await directoryOf(setup, file);
  const trusted = isTrustedIn(setup, directory);
  const project = { ...(trusted ? {} : WITHOUT_PROJECT), ...configVariable(options, env) };
  const own = engineEnv({ env, patterns: OPENCODE_VARIABLES, options, cwd: SERVER_DIRECTORY, added: project });
  if (!trusted) requireNoPlugins(directory, own);
  const guard = await withoutHostedModels({ options, env: own, cwd });
  const tools = setup.toolsKey === undefined ? undefined : toolsCommand(setup.tools, setup.toolsKey);
  const given = toPermission(options);
  const permission = tools ? withRules(given ?? own["OPENCODE_PERMISSION"], ALLOWED) : given;
  const content = guard ?? own["OPENCODE_CONFIG_CONTENT"];
  const added = {
    ...project,
    OPENCODE_CONFIG_CONTENT: withPlugin(withTools(trusted ? content : withoutPrograms(content), tools)),
    ...(permission !== undefined && { OPENCODE_PERMISSION: permission }),
    OPENCODE_SERVER_USERNAME: USER,
  };
  const password = randomBytes(24).toString("base64url");
  const command = {
    ...{ id: ENGINE, file, args, cwd: SERVER_DIRECTORY, env, patterns: OPENCODE_VARIABLES, options, log },
    added: { ...added, OPENCODE_SERVER_PASSWORD: password },
    stopSignal: "SIGTERM" as const,
    guard: host.guard,
  };
  const key = JSON.stringify([file, args, own, added]);
  return { key, command, password, isGuarded: guard !== undefined, env: own };
}

/** Where the work will be done. A server runs what it finds there as soon as it is asked, so it is looked up before. */
async function directoryOf(
  { cwd, session, env, options, host, directories }: ServerSetup,
  file: string,
): Promise<string> {
  const setup = { env, patterns: OPENCODE_VARIABLES, options, cwd: SERVER_DIRECTORY, added: WITHOUT_PROJECT };
  const own = engineEnv(setup);
  // Without a database there is no session; opencode says so itself.
  if (!session || !hasDatabase(own)) return cwd;
  return findSessionDirectory(session, { file, cwd: SERVER_DIRECTORY, env: own, host, directories });
}

/** Lists of plugins are joined by opencode, so that those of other configs stay. */
function withPlugin(content: string | undefined): string {
  const config = content === undefined ? {} : parseConfig(content);
  const plugins = Array.isArray(config["plugin"]) ? config["plugin"] : [];
  return JSON.stringify({ ...config, plugin: [...plugins, PLUGIN] });
}
