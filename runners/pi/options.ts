import { z } from "zod";
import { joinTexts } from "../../src/engine/instructions.ts";
import { baseOptions, sharedOptions } from "../../src/engine/options.ts";

/** The `[pi]` table. Names are those of pi's flags; what is unset is left to pi's own settings. */
export const piOptions = z.strictObject({
  ...baseOptions,
  /** Newer versions of pi take it only together with a model. */
  provider: z.string().min(1).optional(),
  thinking: z.enum(["off", "minimal", "low", "medium", "high", "xhigh", "max"]).optional(),
  /** The folder of session files; relative to the run's directory, `~` is the home directory. */
  session_dir: z.string().min(1).optional(),
  /** Shown in place of the model, and the name of new sessions; headless only with pi 0.78 or later. */
  session_title: z.string().min(1).optional(),
  /** True for takopi's own tools; or a list of the only tools that pi may use, of which an empty one leaves it none. */
  tools: z
    .union([z.boolean(), z.array(z.string().min(1))], { error: "must be true, false or a list of tools" })
    .optional(),
  /** Needs pi 0.79 or later, as does `approve`. */
  exclude_tools: z.array(z.string().min(1)).optional(),
  /** Whether extensions, skills and settings that lie in the project are loaded. */
  approve: z.boolean().optional(),
  append_system_prompt: z.string().min(1).optional(),
  /** Leaves the tools of extensions alone. */
  no_builtin_tools: z.boolean().optional(),
  /** Keeps AGENTS.md and CLAUDE.md from the model. */
  no_context_files: z.boolean().optional(),
  /** Looks neither for updates nor for models on the network. */
  offline: z.boolean().optional(),
  ephemeral: sharedOptions.ephemeral,
  system_prompt: sharedOptions.system_prompt,
});
export type PiOptions = z.infer<typeof piOptions>;

/** The flags of pi's one-shot print mode, or of its two-way mode. */
const MODES = { headless: ["--print", "--mode", "json"], live: ["--mode", "rpc"] } as const;

/** The flags of one run, in an order that does not matter to pi; `extra_args` come last. */
export function toArguments(
  options: PiOptions,
  mode: keyof typeof MODES = "headless",
  name?: string,
): readonly string[] {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const bare = (name: string, isSet: boolean | undefined) => (isSet ? [name] : []);
  return [
    ...MODES[mode],
    ...flag("--provider", options.provider),
    ...flag("--model", options.model),
    ...flag("--thinking", options.thinking),
    ...flag("--session-dir", options.session_dir),
    ...flag("--name", name),
    ...toolFlags(options.tools),
    ...flag("--exclude-tools", options.exclude_tools?.join(",")),
    ...(options.approve === undefined ? [] : [options.approve ? "--approve" : "--no-approve"]),
    ...bare("--no-builtin-tools", options.no_builtin_tools),
    ...bare("--no-context-files", options.no_context_files),
    ...bare("--offline", options.offline),
    ...flag("--system-prompt", options.system_prompt),
    ...flag("--append-system-prompt", joinTexts(options.append_system_prompt, options.instructions)),
  ];
}

/** Its own tools that change nothing; a list of tools leaves it no others, those of extensions included. */
const READING = ["read", "grep", "find", "ls"];

export const readOnly = ({ tools }: PiOptions): Partial<PiOptions> => ({
  tools: Array.isArray(tools) ? tools.filter((name) => READING.includes(name)) : READING,
});

/** For a new session that pi does not keep. */
export const UNKEPT = "--no-session";

/** The title of a run. */
export const toTitle = ({ session_title, model }: PiOptions): string => session_title ?? model ?? "pi";

/** Shown with the start of a run. */
export const toMeta = ({ model, provider }: PiOptions): Readonly<Record<string, string>> => ({
  ...(model && { model }),
  ...(provider && { provider }),
});

function toolFlags(tools: PiOptions["tools"]): readonly string[] {
  if (!Array.isArray(tools)) return [];
  return tools.length === 0 ? ["--no-tools"] : ["--tools", tools.join(",")];
}
