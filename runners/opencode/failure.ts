import { z } from "zod";

/** The content of an `error` line. */
export interface Failure {
  readonly text: string;
  /** opencode kept the cause to its log: the mark to look for there. */
  readonly ref?: string;
}

const text = z.string().optional().catch(undefined);
const ErrorValue = z.object({
  name: text,
  message: text,
  data: z.object({ message: text, ref: text }).optional().catch(undefined),
});
const ErrorLine = z.object({
  message: text,
  error: z.union([z.string(), ErrorValue]).optional().catch(undefined),
});

export function readFailure(line: unknown): Failure {
  const { message, error } = ErrorLine.parse(line);
  if (typeof error !== "object") return { text: withoutPlaces(message || error || UNNAMED) };
  const { data } = error;
  return {
    text: withoutPlaces(message || data?.message || error.message || error.name || UNNAMED),
    ...(data?.ref && { ref: data.ref }),
  };
}

const UNNAMED = "opencode error";

/** opencode tells its own failures with the places in its program (1.18.33). */
function withoutPlaces(said: string): string {
  if (said.startsWith("ProviderNoProvidersError")) return NO_PROVIDER;
  return said.replace(/\n[ \t]+at [^\n]*/g, "");
}

const NO_PROVIDER =
  "opencode has no provider: run `opencode auth login`, or configure one, and send your message again.";

/** The same for people; `isGuarded` if opencode was kept from its hosted models and may have found no other. */
export function explainFailure({ text: said, ref }: Failure, isGuarded: boolean): string {
  if (ref === undefined) return said;
  const log = `The cause is in opencode's log (\`~/.local/share/opencode/log/opencode.log\`), at ${ref}.`;
  return `${said}\n${log} ${isGuarded ? NO_MODEL : UNKNOWN_MODEL}`;
}

/** The commonest cause, which opencode tells only its log (1.18.33). */
const UNKNOWN_MODEL = "Often the model is one that opencode does not know: `opencode models` lists those it does.";

const NO_MODEL =
  "No model is set: name one with `opencode.model`. To let opencode choose one of those that it hosts, " +
  "where others may read your prompts, set `opencode.hosted_models = true`.";

/** True for the error after which opencode summarises the conversation and continues. */
export function isOverflow(line: { readonly error?: unknown }): boolean {
  return z.object({ name: z.literal("ContextOverflowError") }).safeParse(line.error).success;
}
