import { relative } from "node:path";
import { isTable } from "../../src/domain/table.ts";
import type { RunRequest } from "../../src/engine/contract.ts";
import type { Launch } from "../../src/engine/define.ts";
import { toolsCommand } from "../../src/engine/pass.ts";
import { isUnkept } from "../../src/engine/unkept.ts";
import { EngineError } from "../../src/errors.ts";
import type { CodexOptions } from "./options.ts";
import { isThreadId } from "./resume.ts";
import { codexHome, readThreadTotals } from "./rollout.ts";
import { serverSettings, toolSettings } from "./tools.ts";
import { type CodexState, initial } from "./translate.ts";
import { trustArguments } from "./trust.ts";
import { NO_TOKENS } from "./usage.ts";

/**
 * Argv and first state of one run.
 *
 * @throws EngineError if the thread's id is not a full one: codex takes it for a name then, and starts a new
 *   thread without a word when it finds none (seen in 0.169.0).
 */
export async function launch(request: RunRequest & { readonly options: CodexOptions }): Promise<Launch<CodexState>> {
  const { options, cwd } = request;
  const { prompt, session: thread } = request.spec;
  if (thread !== undefined && !isThreadId(thread)) {
    throw new EngineError(
      `\`${thread}\` is not a Codex thread. Its id is needed in full, as \`codex resume\` shows it.`,
    );
  }
  const home = codexHome({ ...request.env, ...options.env });
  const before = thread === undefined ? NO_TOKENS : await readThreadTotals(home, thread);
  return {
    file: options.cmd ?? "codex",
    args: toArgs(options, {
      thread,
      images: request.spec.attachments.map(({ path }) => relative(cwd, path)),
      trust: trustArguments(cwd, request.trusted === true, {
        env: { ...request.env, ...options.env },
        instructions: options.instructions,
      }),
      tools: { ...serverSettings(options.mcp), ...toolSettings(toolsCommand(request.tools, request.spec.runId)) },
    }),
    stdin: prompt,
    state: { ...initial, title: options.profile ?? initial.title, cwd: cwd.replace(/\/+$/, "") || undefined, before },
  };
}

interface Turn {
  readonly thread?: string | undefined;
  /** Paths from the run's directory: codex splits them at commas, which a project's own path may hold. */
  readonly images?: readonly string[];
  readonly trust?: readonly string[];
  readonly tools?: Readonly<Record<string, unknown>>;
}

/**
 * The arguments for codex. Flags of `exec` come before `resume`, which takes none of them.
 *
 * An unreachable model server is retried for ever unless that feature is off; versions that do not know it ignore the
 * setting, and `extra_args` come after it to switch it on again.
 */
export function toArgs(options: CodexOptions, { thread, images = [], trust = [], tools = {} }: Turn = {}): string[] {
  return [
    ...["-c", "features.unbounded_connection_retries=false"],
    ...(options.extra_args ?? ["-c", "notify=[]"]),
    ...trust,
    ...Object.entries(tools).flatMap(([key, value]) => setting(key, toToml(value))),
    ...["exec", "--json", "--skip-git-repo-check", "--color=never"],
    ...flag("sandbox", options.sandbox),
    ...flag("profile", options.profile),
    ...flag("model", options.model),
    ...flag("output-schema", options.output_schema),
    ...setting("model_reasoning_effort", options.reasoning_effort),
    ...setting("model_reasoning_summary", options.reasoning_summary),
    ...setting("service_tier", options.service_tier),
    ...setting("personality", options.personality),
    ...setting("instructions", options.system_prompt && JSON.stringify(options.system_prompt)),
    ...(isUnkept(options, thread) ? ["--ephemeral"] : []),
    ...(options.add_dirs ?? []).flatMap((dir) => flag("add-dir", dir)),
    ...(thread === undefined ? [] : ["resume", thread]),
    ...images.map((path) => `--image=${path}`),
    "-",
  ];
}

/** A table is not written as in JSON. */
const toToml = (value: unknown): string =>
  isTable(value)
    ? `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}=${JSON.stringify(one)}`)}}`
    : JSON.stringify(value);

const flag = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [`--${name}=${value}`]);

const setting = (key: string, value: string | undefined): string[] =>
  value === undefined ? [] : ["-c", `${key}=${value}`];
