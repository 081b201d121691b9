import { z } from "zod";

const Failure = z.object({
  message: z.string().optional().catch(undefined),
  error: z
    .union([
      z.string(),
      z.object({
        name: z.string().optional().catch(undefined),
        message: z.string().optional().catch(undefined),
        data: z
          .object({ message: z.string().optional().catch(undefined), ref: z.string().optional().catch(undefined) })
          .optional()
          .catch(undefined),
      }),
    ])
    .optional()
    .catch(undefined),
});

/** What an `error` line says, in words for people. */
export function toReadableError(line: unknown): string {
  const { message, error } = Failure.parse(line);
  const said = message ?? (typeof error === "string" ? error : (error?.data?.message ?? error?.message ?? error?.name));
  const text = said?.trim() || "opencode error";
  const ref = typeof error === "object" ? error.data?.ref : undefined;
  return ref === undefined ? text : `${text}\n${adviseOnLog(ref)}`;
}

/** opencode keeps the cause of such an error to its log: a model that it does not know is the commonest. */
const adviseOnLog = (ref: string): string =>
  `The cause is in opencode's log (\`~/.local/share/opencode/log/opencode.log\`), at ${ref}. ` +
  "Often the model is one that opencode does not know: `opencode models` lists those it does.";

/** True for the error after which opencode summarises the conversation and goes on. */
export function isOverflow(line: { readonly error?: unknown }): boolean {
  const named = z.object({ name: z.literal("ContextOverflowError") });
  return named.safeParse(line.error).success;
}
