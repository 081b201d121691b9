import { z } from "zod";
import { baseOptions } from "../../src/engine/options.ts";

const NO_DECISION = 'must be "allow", "ask" or "deny"';
const decision = z.enum(["allow", "ask", "deny"], { error: NO_DECISION });
/** One word for a tool, or one for each pattern. */
const rule = z.union([decision, z.record(z.string(), decision)], { error: NO_DECISION });

/** The `[opencode]` table. Names are those of opencode's flags and config; what is unset is left to them. */
export const opencodeOptions = z.strictObject({
  ...baseOptions,
  model: z
    .string()
    .regex(/^[^/\s]+\/\S/, "must be provider/model, such as anthropic/claude-sonnet-4-5")
    .optional(),
  /** A primary agent; opencode falls back to its default one where it does not know the name. */
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
  permission: z.union([decision, z.record(z.string(), rule)], { error: NO_DECISION }).optional(),
  /** Appended to the arguments of `opencode serve`; `extra_args` are those of `opencode run`. */
  serve_args: z.array(z.string()).optional(),
  /** Lets opencode send prompts to its own hosted free models where nothing names another model. */
  hosted_models: z.boolean().optional(),
});
export type OpencodeOptions = z.infer<typeof opencodeOptions>;

/**
 * The arguments of one run. Without `--dir` opencode believes `PWD`; the prompt goes in on stdin. Behind a space a value
 * that begins with `-`, such as a model that a chat chose, would be a flag of its own.
 */
export function toArguments(
  options: OpencodeOptions,
  directory: string,
  { session, images = [] }: { readonly session?: string | undefined; readonly images?: readonly string[] } = {},
): string[] {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}=${value}`]);
  return [
    ...["run", "--format", "json", "--dir", directory],
    ...flag("--session", session),
    ...flag("--model", options.model),
    ...flag("--agent", options.agent),
    ...flag("--variant", options.variant),
    ...flag("--title", options.title),
    ...(options.thinking ? ["--thinking"] : []),
    ...images.map((path) => `--file=${path}`),
    ...(options.extra_args ?? []),
  ];
}

/** What `OPENCODE_PERMISSION` is to hold: opencode lays it over its config key by key, so that a word alone is lost. */
export function toPermission({ permission }: OpencodeOptions): string | undefined {
  if (permission === undefined) return undefined;
  return JSON.stringify(typeof permission === "string" ? { "*": permission } : permission);
}

/**
 * The same for a headless run, where nobody can answer the model's questions: on a session that a server made it would
 * wait for ever (seen in 1.18.33). To sessions of its own it denies them itself. What is no JSON is left for opencode to
 * complain of.
 */
export function withoutQuestions(permission = "{}"): string {
  try {
    return JSON.stringify({ ...JSON.parse(permission), question: "deny" });
  } catch {
    return permission;
  }
}
