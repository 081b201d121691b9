import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { parseJson } from "../../src/engine/json.ts";
import { EngineError } from "../../src/errors.ts";
import { findSession, type SessionSetup } from "./sessions.ts";

type Request = SessionSetup & { readonly session: string };

/** Gives the new session. claude's own `--fork-session` makes one only with a prompt. */
export const forkSession = (request: Request): Promise<string> => copy(request, (lines) => lines);

/** The new session ends before the last prompt. */
export const undoTurn = (request: Request): Promise<string> =>
  copy(request, (lines) => {
    const prompts = lines.flatMap((line, at) => (isPrompt(line) ? [at] : []));
    const last = prompts.at(-1);
    if (last === undefined) throw new EngineError("There is no turn to take back.");
    if (prompts.length === 1) throw new EngineError("This is the session's only turn: start a new thread instead.");
    return lines.slice(0, last).filter((line) => !line.startsWith('{"type":"queue-operation"'));
  });

/** The transcript under another id: each of its lines names the session. */
async function copy(request: Request, choose: (lines: readonly string[]) => readonly string[]): Promise<string> {
  const { path } = await findSession(request.session, request);
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  const id = randomUUID();
  const kept = choose(lines).map((line) => `${line.replaceAll(request.session.toLowerCase(), id)}\n`);
  await writeFile(join(dirname(path), `${id}.jsonl`), kept.join(""), { flag: "wx", mode: 0o600 });
  return id;
}

const Prompt = z.object({
  type: z.literal("user"),
  isSidechain: z.literal(false).optional(),
  isMeta: z.literal(false).optional(),
  isCompactSummary: z.literal(false).optional(),
  message: z.object({ content: z.union([z.string(), z.array(z.object({ type: z.string() }))]) }),
});

/** A message of a person; the results of tools are said in the person's name, too. */
function isPrompt(line: string): boolean {
  if (!line.includes('"type":"user"')) return false;
  const { data } = Prompt.safeParse(parseJson(line));
  if (data === undefined) return false;
  const { content } = data.message;
  return typeof content === "string" || content.every(({ type }) => type !== "tool_result");
}
