import { z } from "zod";
import { baseOptions, sharedOptions } from "../../src/engine/options.ts";

/** Flags that every run sets, or that would take the answer elsewhere; after `codex` and before `exec` they fail. */
const EXEC_ONLY = ["--skip-git-repo-check", "--json", "--output-schema", "--output-last-message", "--color", "-o"];

const extraArgument = z.string().refine((argument) => !EXEC_ONLY.includes(argument.split("=", 1)[0] ?? ""), {
  error: "no argument that takopi gives to `codex exec` itself",
});

/** The `[codex]` table. What is unset is left to codex's own config. */
export const codexOptions = z.strictObject({
  ...baseOptions,
  /** Come before `exec`; they default to switching codex's desktop notifications off. */
  extra_args: z.array(extraArgument).optional(),
  /** Layers `<profile>.config.toml` of CODEX_HOME over its `config.toml`. */
  profile: z.string().min(1).optional(),
  /** Passed on every run, since codex does not remember a thread's sandbox. */
  sandbox: z.enum(["read-only", "workspace-write", "danger-full-access"]).optional(),
  /** `low`, `medium`, `high`; some models know more. */
  reasoning_effort: z.string().regex(/^\w+$/, "must be one word, such as high").optional(),
  /** How much of the model's thinking is shown. */
  reasoning_summary: z.enum(["auto", "concise", "detailed", "none"]).optional(),
  ...sharedOptions,
  /** Directories that may be written beside the run's own. */
  add_dirs: z.array(z.string().min(1)).optional(),
});

export type CodexOptions = z.infer<typeof codexOptions>;
