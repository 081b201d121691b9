import { z } from "zod";

const text = z.string().optional().catch(undefined);
const issue = z.object({ message: z.string(), path: z.array(z.union([z.string(), z.number()])).catch([]) });

/** A route's reason for a refusal: all forms occur (1.18.33). */
const Refusal = z.object({
  name: text,
  message: text,
  data: z
    .object({ message: text, path: text, issues: z.array(issue).catch([]) })
    .optional()
    .catch(undefined),
});

/** A refusal as a sentence; of a config file that is not right also the file, the place in it and the fix. */
export function explainRefusal(status: number, body: unknown): string {
  const { name, message, data } = Refusal.safeParse(body).data ?? {};
  if (data?.path && /^Config/.test(name ?? "")) {
    const found = data.issues.map(({ message: said, path }) => (path.length > 0 ? `${path.join(".")}: ${said}` : said));
    const why = [...new Set(found)].join("; ") || placeOf(data.message ?? "") || "it cannot be read";
    return `opencode's config ${data.path} is not right (${why}): correct the file, then send your message again.`;
  }
  return data?.message || message || `opencode's server answered with status ${status}.`;
}

/** The first of its parser's complaints, without the file's text. */
const placeOf = (complaint: string): string => /^\w+ at line \d+, column \d+/m.exec(complaint)?.[0] ?? "";
