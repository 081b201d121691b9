import { basename, join } from "node:path";
import { z } from "zod";
import type { FoundSession } from "../../src/domain/run.ts";
import { parseJson } from "../../src/engine/json.ts";
import { listSessionFiles } from "../../src/engine/session-files.ts";
import { configDirectory, type SessionSetup } from "./sessions.ts";

const Text = z.object({ type: z.literal("text"), text: z.string() });
const Prompt = z.object({
  type: z.literal("user"),
  isSidechain: z.literal(false).optional(),
  cwd: z.string(),
  message: z.object({ content: z.union([z.string(), z.array(z.unknown())]) }),
});

/** The sessions that claude has saved of which the first turn was in this directory, whoever began them. */
export function listSessions(setup: SessionSetup & { readonly cwd: string }): Promise<FoundSession[]> {
  // Folders are named for the directory, in a way that several can share.
  const folder = join(configDirectory(setup), "projects", setup.cwd.replace(/[^a-zA-Z0-9]/g, "-"));
  return listSessionFiles(folder, (lines, path) => {
    const prompt = lines.map((line) => Prompt.safeParse(parseJson(line)).data).find((one) => one !== undefined);
    if (prompt?.cwd !== setup.cwd) return undefined;
    const { content } = prompt.message;
    const texts = typeof content === "string" ? [content] : content.map((one) => Text.safeParse(one).data?.text ?? "");
    return { session: basename(path, ".jsonl"), title: texts.join(" ") };
  });
}
