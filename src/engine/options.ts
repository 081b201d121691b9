import { z } from "zod";
import { mcpServers } from "./mcp-servers.ts";

/** A longer one is nothing that anybody means. */
export const patterns = z.array(z.string().min(1).max(1000));

/** Options that every engine has; an engine's own schema extends this shape. */
export const baseOptions = {
  /** Executable: a name looked up on PATH, or a path, which the config makes absolute. */
  cmd: z.string().min(1).optional(),
  /** Appended to the engine's arguments. */
  extra_args: z.array(z.string()).optional(),
  model: z.string().min(1).optional(),
  /** Added to the engine's own instructions for the model. */
  instructions: z.string().min(1).optional(),
  /** Variables added to the engine's environment. */
  env: z.record(z.string(), z.string()).optional(),
  /** Variables of the bridge's own environment that are let through; a trailing `*` matches any ending. */
  env_passthrough: z.array(z.string().min(1)).optional(),
  /** A home directory of its own for the engine; the config puts a path in place of `true`. Nothing of the person's is there but their login. */
  isolated: z.union([z.boolean(), z.string().min(1)]).optional(),
  /** The parts of the person's own engine folder that stay there, such as `skills/review`. */
  load: z
    .array(z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+/, "a path within the engine's folder"))
    .optional(),
  /** The key of the model's provider; those of others are kept from the engine. */
  api_key: z
    .union(
      [
        z.strictObject({ env: z.string().min(1), name: z.string().min(1).optional() }),
        z.strictObject({ file: z.string().min(1), name: z.string().min(1).optional() }),
      ],
      { error: '{ env = "NAME" } or { file = "path" }, so that the key itself does not stand here' },
    )
    .optional(),
  /** Whether images are given to its models; false for models that see nothing. */
  images: z.boolean().optional(),
  /** Drives the engine's two-way protocol instead of the headless one. */
  interactive: z.boolean().optional(),
  /** The answer to an engine's questions whether it may do something; needs `interactive`. */
  approvals: z.enum(["ask", "allow", "deny"]).optional(),
  /** Commands that are allowed without asking; `decide` in policy.ts says what a pattern matches. */
  allow: patterns.optional(),
  /** Commands that are denied without asking; comes before `allow`. */
  deny: patterns.optional(),
  /** Files that may be changed without asking, and those that may not; from the run's directory, or absolute. */
  allow_paths: patterns.optional(),
  deny_paths: patterns.optional(),
  /** Other tools, by the engine's own names for them. */
  allow_tools: patterns.optional(),
  deny_tools: patterns.optional(),
  /** Remembers a person's answer for a session in later sessions: the same command in the same directory. */
  remember: z.boolean().optional(),
  /** The reaction to a plan's limit that is reset at a known time; `ask` unless set. */
  at_limit: z.enum(["ask", "wait", "stop"]).optional(),
  /** Writes down what each run's engine says and is told; the config puts a directory in place of `true`. */
  record: z.union([z.boolean(), z.string().min(1)]).optional(),
  /** Gives the engine takopi's own tools: to ask a person, send messages and files, propose a schedule. */
  tools: z.boolean().optional(),
};

/** Options that several engines have, but not all; a table of an engine that lacks one of them loads with a warning. */
export const sharedOptions = {
  /** New sessions are not kept: a reply to their answer begins another. */
  ephemeral: z.boolean().optional(),
  /** In place of the engine's own instructions to the model. */
  system_prompt: z.string().min(1).optional(),
  /** How fast, and at which price, the provider answers; as the engine names it. */
  service_tier: z.string().regex(/^\w+$/, "must be one word, such as fast").optional(),
  mcp: mcpServers.optional(),
  personality: z.enum(["none", "friendly", "pragmatic"]).optional(),
  /** A file with the JSON schema of the answer. */
  output_schema: z.string().min(1).optional(),
};

type Given = z.infer<z.ZodObject<typeof baseOptions>> & Pick<z.infer<z.ZodObject<typeof sharedOptions>>, "ephemeral">;
type Fixed<Value> = Value extends (infer One)[] ? readonly One[] : Value;

/** The options that the code above an engine may read; the others are the engine's own. */
export type EngineOptions = { readonly [Name in keyof Omit<Given, "tools">]?: Fixed<Given[Name]> } & {
  /** A list is pi's: the tools that it has at all. */
  readonly tools?: boolean | readonly string[] | undefined;
};
