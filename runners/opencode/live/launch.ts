import { randomBytes } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { WorkSetup } from "../../../src/engine/contract.ts";
import { engineEnv } from "../../../src/engine/environment.ts";
import type { LiveCommand } from "../../../src/engine/live-process.ts";
import { moduleFile } from "../../../src/program-files.ts";
import { parseConfig, withoutHostedModels } from "../hosted-models.ts";
import { type OpencodeOptions, toPermission } from "../options.ts";
import { OPENCODE_VARIABLES } from "../provider-variables.ts";
import { ENGINE } from "../state.ts";
import { USER } from "./client.ts";

/** `cwd` is that of the project that the server is first wanted for. */
export type ServerSetup = WorkSetup & { readonly options: OpencodeOptions };

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

/** Neither a project nor anybody's home: every request names the project that it is for. */
const SERVER_DIRECTORY = "/";

const PLUGIN = pathToFileURL(moduleFile("runners/opencode/live/plugin")).href;

/** How the server that a project needs is started; a free port and a password are chosen anew each time. */
export async function planServer({ options, env, cwd, log, host }: ServerSetup): Promise<ServerLaunch> {
  const file = options.cmd ?? "opencode";
  const args = ["serve", "--hostname", "127.0.0.1", "--port", "0", ...(options.extra_args ?? [])];
  const own = engineEnv({ env, patterns: OPENCODE_VARIABLES, options, cwd: SERVER_DIRECTORY });
  const guard = await withoutHostedModels({ options, env: own, cwd });
  const permission = toPermission(options);
  const added = {
    OPENCODE_CONFIG_CONTENT: withPlugin(guard ?? own["OPENCODE_CONFIG_CONTENT"]),
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

/** Lists of plugins are joined by opencode, so that those of other configs stay. */
function withPlugin(content: string | undefined): string {
  const config = content === undefined ? {} : parseConfig(content);
  const plugins = Array.isArray(config["plugin"]) ? config["plugin"] : [];
  return JSON.stringify({ ...config, plugin: [...plugins, PLUGIN] });
}
