import type { FoundSession } from "../domain/run.ts";
import { UserError, userText } from "../errors.ts";
import type { Access } from "./operation.ts";

export interface FoundHere extends FoundSession {
  readonly engine: string;
  readonly project: string | null;
}

/** The project that a chat or command line means if it names none. */
export function projectOf({ config }: Access, name: string | undefined, chatId: string): string | null {
  const all = [...config.projects.values()];
  if (name === undefined) {
    return all.find(({ chat_id }) => String(chat_id) === chatId)?.alias ?? config.default_project ?? null;
  }
  const found = all.find(({ alias }) => alias.toLowerCase() === name.toLowerCase());
  if (found) return found.alias;
  throw new UserError(`There is no project ${name}: \`projects\` lists them.`, { code: "not_found" });
}

/** The sessions that the engines have saved for a project, the newest first, and why those of some engines are missing. */
export async function findSaved({ bridge, engines }: Access, project: string | null) {
  const asked = engines.map(async (engine) => {
    try {
      const saved = await bridge.threads.saved(engine, project);
      return { sessions: saved.map((one): FoundHere => ({ ...one, engine: engine.id, project })), problem: undefined };
    } catch (error) {
      return { sessions: [], problem: `${engine.label}: ${userText(error, engine.id)}` };
    }
  });
  const all = await Promise.all(asked);
  return {
    found: all.flatMap(({ sessions }) => sessions).sort((a, b) => b.at - a.at),
    problems: all.flatMap(({ problem }) => problem ?? []),
  };
}
