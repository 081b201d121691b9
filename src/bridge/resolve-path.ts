import type { Context } from "../domain/context.ts";
import { type Prompt, type ResolveParts, resolvePrompt } from "./resolve.ts";

/** A path behind directives, and the place that they mean; the path is "" if there is none. @throws UserError */
export function resolvePath(
  words: string,
  prompt: Omit<Prompt, "text">,
  parts: ResolveParts,
): { context: Context | undefined; path: string } {
  // The dot keeps directives alone from being refused as a task without words.
  const { context, prompt: path } = resolvePrompt({ ...prompt, text: `${words.trim()}\n.`, ownText: "" }, parts);
  return { context, path: path.trim().replace(/\s*\.$/, "") };
}
