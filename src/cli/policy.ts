import type { Config, Project } from "../config/config.ts";
import { engineOptions } from "../config/engine-options.ts";
import { nearest } from "../config/nearest.ts";
import { sameName } from "../config/rules.ts";
import { exitCodes } from "../control/protocol.ts";
import { ConfigError } from "../errors.ts";
import { judgeAsked } from "../worker/judge.ts";
import { defineCommand } from "./command.ts";
import { requireEngine } from "./engine-name.ts";
import { loadFor } from "./load.ts";

const CODES = { allow: undefined, ask: "approval_needed", deny: "not_allowed" } as const;

/** Says what the rules of the config would answer, and which of them: exit code 0 allowed, 6 asked, 7 denied. */
export const command = defineCommand({
  args: {
    line: { type: "positional", required: false, description: "A command line, as the engine would ask for it" },
    path: { type: "string", valueHint: "file", description: "A file that the engine would change, instead of a line" },
    tool: { type: "string", valueHint: "name", description: "Another tool that it would use, instead of a line" },
    project: { type: "string", valueHint: "alias", description: "The project that it works in" },
    engine: { type: "string", valueHint: "name", description: "The engine that asks; the default one unless told" },
    json: { type: "boolean", description: "Print as JSON" },
  },
  async run({ line, path, tool, project: alias, engine: name, json }, context) {
    const { cwd, env, stdout } = context;
    const config = loadFor(context);
    const project = projectOf(config, alias);
    const engine = requireEngine(config.known, name ?? project?.default_engine ?? config.default_engine);
    const asked = [line, path, tool].filter((one) => one !== undefined);
    if (asked.length !== 1) {
      throw new ConfigError('Say what the engine would ask for: takopi policy "<line>", or --path or --tool.');
    }
    const rules = engineOptions(config, engine, project);
    const verdict = await judgeAsked({ line, path, tool }, { path: project?.path ?? cwd, env }, rules);
    const { decision, rule, reason } = verdict;
    const code = CODES[decision];
    if (json) stdout.write(`${JSON.stringify({ ...verdict, ...(code && { code }) })}\n`);
    else stdout.write(`${[decision, rule && `by ${engine.id}.${rule}`, reason].filter(Boolean).join("\n")}\n`);
    return code === undefined ? 0 : exitCodes[code];
  },
});

function projectOf(config: Config, alias: string | undefined): Project | undefined {
  const wanted = alias ?? config.default_project;
  const project = [...config.projects.values()].find((one) => wanted !== undefined && sameName(one.alias, wanted));
  if (alias === undefined || project) return project;
  const known = [...config.projects.keys()];
  const near = nearest(alias, known);
  throw new ConfigError(
    `Unknown project "${alias}"; ${near ? `did you mean ${near}?` : `known: ${known.join(", ") || "none"}.`}`,
  );
}
