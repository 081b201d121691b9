import type { FoundSession } from "../domain/run.ts";
import type { Engine } from "../engine/contract.ts";
import { UserError, userText } from "../errors.ts";
import type { Access } from "./operation.ts";

export interface FoundHere extends FoundSession {
  readonly engine: string;
  readonly project: string | null;
}

/** The project that a chat or command line means if it names none. */
export function projectOf({ config }: Access, name: string | undefined, chatId: string): string | null {
  if (name === undefined) return ownProject(config, chatId) ?? config.default_project ?? null;
  const found = [...config.projects.values()].find(({ alias }) => alias.toLowerCase() === name.toLowerCase());
  if (found) return found.alias;
  throw new UserError(`There is no project ${name}: \`projects\` lists them.`, { code: "not_found" });
}

/** The same for a list of sessions: unless one is named, or the chat has its own, also all that are on other machines. */
export function projectsOf(access: Access, name: string | undefined, chatId: string): readonly (string | null)[] {
  const { config } = access;
  const meant = projectOf(access, name, chatId);
  if (name !== undefined || ownProject(config, chatId) !== undefined) return [meant];
  const elsewhere = [...config.projects.values()].filter(({ machine }) => machine !== undefined);
  return [...new Set([meant, ...elsewhere.map(({ alias }) => alias)])];
}

const ownProject = ({ projects }: Access["config"], chatId: string): string | undefined =>
  [...projects.values()].find(({ chat_id }) => String(chat_id) === chatId)?.alias;

/** The sessions that the engines have saved for projects, the newest first, and why some are missing. */
export async function findSaved({ bridge, engines }: Access, projects: readonly (string | null)[]) {
  const listing = engines.filter(({ operations }) => operations.sessions);
  const ask = async (project: string | null, engine: Engine) => {
    try {
      const saved = await bridge.threads.saved(engine, project);
      return { sessions: saved.map((one): FoundHere => ({ ...one, engine: engine.id, project })) };
    } catch (error) {
      return { sessions: [], problem: { label: engine.label, text: userText(error, engine.id) } };
    }
  };
  const all = await Promise.all(projects.flatMap((project) => listing.map((engine) => ask(project, engine))));
  return {
    found: all.flatMap(({ sessions }) => sessions).sort((a, b) => b.at - a.at),
    problems: tellProblems(all.flatMap(({ problem }) => problem ?? [])),
  };
}

/** One that several engines have, such as a machine that is away, is told once, without their names. */
function tellProblems(problems: readonly { readonly label: string; readonly text: string }[]): string[] {
  const labels = new Map<string, Set<string>>();
  for (const { label, text } of problems) labels.set(text, (labels.get(text) ?? new Set()).add(label));
  return [...labels].map(([text, names]) => (names.size > 1 ? text : `${[...names].join()}: ${text}`));
}
