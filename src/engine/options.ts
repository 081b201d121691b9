import { z } from "zod";

/** Options that every engine has; an engine's own schema extends this shape. */
export const baseOptions = {
  /** Executable: a name looked up on PATH, or a path, which the config makes absolute. */
  cmd: z.string().min(1).optional(),
  /** Appended to the engine's arguments. */
  extra_args: z.array(z.string()).optional(),
  model: z.string().min(1).optional(),
  /** Variables added to the engine's environment. */
  env: z.record(z.string(), z.string()).optional(),
  /** Variables of the bridge's own environment that are let through; a trailing `*` matches any ending. */
  env_passthrough: z.array(z.string().min(1)).optional(),
  /** Drives the engine's two-way protocol instead of the headless one. */
  interactive: z.boolean().optional(),
  /** What becomes of an engine's questions whether it may do something; needs `interactive`. */
  approvals: z.enum(["ask", "allow", "deny"]).optional(),
  /** Commands that are allowed without asking; `decide` in policy.ts says what a pattern matches. */
  allow: z.array(z.string().min(1)).optional(),
  /** Commands that are denied without asking; comes before `allow`. */
  deny: z.array(z.string().min(1)).optional(),
};

/** What the code above an engine may read of its options; the rest is the engine's own. */
export interface EngineOptions {
  readonly cmd?: string | undefined;
  readonly extra_args?: readonly string[] | undefined;
  readonly model?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly env_passthrough?: readonly string[] | undefined;
  readonly interactive?: boolean | undefined;
  readonly approvals?: "ask" | "allow" | "deny" | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}
