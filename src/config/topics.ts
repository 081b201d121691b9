import type { Config } from "./config.ts";

/**
 * Whether the topics of a chat can be bound and each is a conversation of its own. `auto` means the chats of projects,
 * or the main chat if no project has one.
 */
export function hasTopics({ telegram, projects }: Pick<Config, "telegram" | "projects">, chatId: string): boolean {
  if (!telegram?.topics.enabled) return false;
  const ofProjects = [...projects.values()].flatMap(({ chat_id }) => chat_id ?? []).map(String);
  const isMain = String(telegram.chat_id) === chatId;
  const isProject = ofProjects.includes(chatId);
  switch (telegram.topics.scope) {
    case "auto":
      return ofProjects.length > 0 ? isProject : isMain;
    case "main":
      return isMain;
    case "projects":
      return isProject;
    case "all":
      return true;
  }
}

/** Why a chat has no topics of this kind, with the key to set. */
export function whyNoTopics({ telegram }: Pick<Config, "telegram">): string {
  const key = "transports.telegram.topics";
  if (!telegram?.topics.enabled) return `Topics are switched off: set ${key}.enabled = true in the config.`;
  return `Topics of this chat are not served, since ${key}.scope is "${telegram.topics.scope}": "all" serves every chat.`;
}
