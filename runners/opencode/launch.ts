import { existsSync } from "node:fs";
import type { RunRequest } from "../../src/engine/contract.ts";
import type { Launch } from "../../src/engine/define.ts";
import { engineEnv } from "../../src/engine/environment.ts";
import { withInstructions } from "../../src/engine/instructions.ts";
import { toolsCommand } from "../../src/engine/pass.ts";
import { isTrustedIn } from "../../src/engine/trust.ts";
import { configVariable } from "./config.ts";
import { awaitFirstStart, firstStarts } from "./first-start.ts";
import { withoutHostedModels } from "./hosted-models.ts";
import { NO_QUESTIONS, type OpencodeOptions, readCommand, toArguments, toPermission, withRules } from "./options.ts";
import { dataDirectory, hasDatabase } from "./places.ts";
import { OPENCODE_VARIABLES } from "./provider-variables.ts";
import { findSessionDirectory } from "./sessions.ts";
import { initialState, type OpencodeState } from "./state.ts";
import { ALLOWED, withTools } from "./tools.ts";
import { instructionsOf, requireNoPlugins, WITHOUT_PROJECT, withoutPrograms } from "./trust.ts";

/**
 * A session is resumed in its own directory, wherever the request comes from.
 *
 * @throws EngineError if the session or its directory is not there.
 */
export async function launch(
  request: RunRequest & { readonly options: OpencodeOptions },
): Promise<Launch<OpencodeState>> {
  const { options, host } = request;
  const file = options.cmd ?? "opencode";
  const { env: inherited } = request;
  const environment = { env: inherited, patterns: OPENCODE_VARIABLES, options };
  const { prompt, session, attachments, isCommand } = request.spec;
  const command = isCommand ? readCommand(prompt) : undefined;
  const cwd =
    session === undefined
      ? request.cwd
      : await findSessionDirectory(session, {
          ...{ file, cwd: anyDirectory(request), host, directories: request.directories },
          env: engineEnv({ ...environment, cwd: request.cwd, added: WITHOUT_PROJECT }),
        });
  const isTrusted = isTrustedIn(request, cwd);
  const project = { ...(isTrusted ? {} : WITHOUT_PROJECT), ...configVariable(options, inherited) };
  const env = engineEnv({ ...environment, cwd, added: project });
  if (!isTrusted) requireNoPlugins(cwd, env);
  const guard = await withoutHostedModels({ options, env, cwd });
  const content = guard ?? env["OPENCODE_CONFIG_CONTENT"];
  const tools = toolsCommand(request.tools, request.spec.runId);
  const config = withTools(isTrusted ? content : withoutPrograms(content, instructionsOf(cwd)), tools);
  const rules = { ...NO_QUESTIONS, ...(tools && ALLOWED) };
  const permission = withRules(toPermission(options) ?? env["OPENCODE_PERMISSION"], rules);
  const release = await awaitFirstStart(host.keep(firstStarts), dataDirectory(env), () => hasDatabase(env));
  return {
    file,
    args: toArguments(options, cwd, { session, images: attachments.map(({ path }) => path), command: command?.name }),
    cwd,
    env: {
      ...project,
      OPENCODE_PERMISSION: permission,
      ...(config !== undefined && { OPENCODE_CONFIG_CONTENT: config }),
    },
    stdin: command?.words ?? withInstructions(prompt, options),
    state: { ...initialState, title: options.model ?? initialState.title, isGuarded: guard !== undefined },
    ...(release && { release }),
  };
}

/** The directory in which to ask about a session: any will do, but it must exist. */
const anyDirectory = ({ cwd }: RunRequest): string => (existsSync(cwd) ? cwd : "/");
