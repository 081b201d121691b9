import { z } from "zod";
import { parseJson } from "../../src/engine/json.ts";
import { baseOptions, sharedOptions } from "../../src/engine/options.ts";

const DECISIONS = ["allow", "ask", "deny"] as const;
/** One word for every tool, or by tool one word or one for each pattern. */
const anyPermission = z.union([z.enum(DECISIONS), z.record(z.string(), z.unknown())], { error: () => NO_DECISION });
const permission = anyPermission.superRefine((value, context) => {
  const path = wrongPlace(value, 2);
  if (path !== undefined) context.addIssue({ code: "custom", path: [...path], message: NO_DECISION });
});
const NO_DECISION = 'must be "allow", "ask" or "deny"';

/** The place in a nested table whose value is no decision. */
function wrongPlace(value: unknown, levels: number): readonly string[] | undefined {
  if (DECISIONS.some((decision) => decision === value)) return undefined;
  if (levels === 0 || typeof value !== "object" || value === null || Array.isArray(value)) return [];
  for (const [key, below] of Object.entries(value)) {
    const path = wrongPlace(below, levels - 1);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}

/** The `[opencode]` table. Names are those of opencode's flags and config; what is unset is left to them. */
export const opencodeOptions = z.strictObject({
  ...baseOptions,
  model: z
    .string()
    .regex(/^[^/\s]+\/\S/, "must be provider/model, such as anthropic/claude-sonnet-4-5")
    .optional(),
  /** A primary agent; opencode falls back to its default one if it does not know the name. */
  agent: z.string().min(1).optional(),
  /** Effort of the model: `high`, `max`, `minimal` or whatever its provider has. */
  variant: z.string().min(1).optional(),
  /** Title of new sessions; opencode asks the model for one otherwise. */
  title: z.string().min(1).optional(),
  /** Shows the model's reasoning among the steps. */
  thinking: z.boolean().optional(),
  /**
   * For every tool, or by tool and pattern as in opencode's own config, over which it is laid. Nobody can be asked
   * in a headless run: `ask` refuses.
   */
  permission: permission.optional(),
  /** Overrides opencode's own config, key by key. */
  config: z.record(z.string(), z.unknown()).optional(),
  mcp: sharedOptions.mcp,
  system_prompt: sharedOptions.system_prompt,
  /** Appended to the arguments of `opencode serve`; `extra_args` are those of `opencode run`. */
  serve_args: z.array(z.string()).optional(),
  /** Lets opencode send prompts to its own hosted free models if nothing names another model. */
  hosted_models: z.boolean().optional(),
});
export type OpencodeOptions = z.infer<typeof opencodeOptions>;

/** Options that do not do what they seem to. */
export function optionWarnings(options: OpencodeOptions, table: string): readonly string[] {
  const { interactive, extra_args = [], serve_args = [], permission } = options;
  const unused = (key: string, other: string): string =>
    `${table}.${key} is not used with ${table}.interactive = ${interactive === true}: put it into ${table}.${other}.`;
  const asks = JSON.stringify(permission ?? "").includes('"ask"');
  return [
    ...(interactive && extra_args.length > 0 ? [unused("extra_args", "serve_args")] : []),
    ...(!interactive && serve_args.length > 0 ? [unused("serve_args", "extra_args")] : []),
    ...(!interactive && asks
      ? [`${table}.permission asks, but nobody can be asked without ${table}.interactive = true: opencode refuses.`]
      : []),
  ];
}

interface Turn {
  readonly session?: string | undefined;
  readonly images?: readonly string[];
  /** The name of a command of opencode's own, whose words are the prompt. */
  readonly command?: string | undefined;
}

/**
 * The arguments of one run. Without `--dir` opencode believes `PWD`; the prompt goes in on stdin. After a space a value
 * that begins with `-`, such as a model that a chat chose, would be its own flag.
 */
export function toArguments(
  options: OpencodeOptions,
  directory: string,
  { session, images = [], command }: Turn = {},
): string[] {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}=${value}`]);
  return [
    ...["run", "--format", "json", "--dir", directory],
    ...flag("--session", session),
    ...flag("--model", options.model),
    ...flag("--agent", options.agent),
    ...flag("--variant", options.variant),
    ...flag("--title", options.title),
    ...flag("--command", command),
    ...(options.thinking ? ["--thinking"] : []),
    ...images.map((path) => `--file=${path}`),
    ...(options.extra_args ?? []),
  ];
}

/** `/name words` in its parts. */
export function readCommand(text: string): { readonly name: string; readonly words: string } {
  const [, name = "", words = ""] = /^\/(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  return { name, words };
}

/** The value of `OPENCODE_PERMISSION`: opencode merges it over its config key by key, so that a word alone is lost. */
export function toPermission({ permission }: OpencodeOptions): string | undefined {
  if (permission === undefined) return undefined;
  return JSON.stringify(typeof permission === "string" ? { "*": permission } : permission);
}

/** These two denials hold whatever else is allowed. */
export const readOnly = ({ permission }: OpencodeOptions): Partial<OpencodeOptions> => ({
  permission: { ...(typeof permission === "string" ? { "*": permission } : permission), edit: "deny", bash: "deny" },
});

/** Permissions with further rules, which come last, where they decide. opencode itself reports text that is no JSON. */
export function withRules(permission = "{}", rules: Readonly<Record<string, string>>): string {
  const given = parseJson(permission);
  return typeof given === "object" ? JSON.stringify({ ...given, ...rules }) : permission;
}

/**
 * For a headless run, in which nobody can answer the model's questions: on a session that a server made it would wait
 * for ever (seen in 1.18.33). In its own sessions opencode denies them itself.
 */
export const NO_QUESTIONS = { question: "deny" };
