import type { Config } from "./config.ts";

/** The config with the ids that its chats have now. */
export function withMovedChats(config: Config, current: (chatId: string) => string): Config {
  const { telegram, projects, schedules, triggers } = config;
  const now = (id: number) => Number(current(String(id)));
  return {
    ...config,
    telegram: telegram && {
      ...telegram,
      chat_id: now(telegram.chat_id),
      allowed_chat_ids: telegram.allowed_chat_ids.map(now),
      chats: Object.fromEntries(Object.entries(telegram.chats).map(([id, chat]) => [current(id), chat])),
    },
    projects: new Map(
      [...projects].map(([alias, project]) => [
        alias,
        project.chat_id === undefined ? project : { ...project, chat_id: now(project.chat_id) },
      ]),
    ),
    schedules: schedules.map((schedule) => ({ ...schedule, chatId: current(schedule.chatId) })),
    triggers: triggers.map((one) => (one.chatId === undefined ? one : { ...one, chatId: current(one.chatId) })),
  };
}

/** The keys of a config that name this chat. */
export function keysOfChat({ telegram, projects, schedules, triggers }: Config, chatId: string): string[] {
  const is = (id: number | undefined) => String(id) === chatId;
  return [
    ...(is(telegram?.chat_id) ? ["transports.telegram.chat_id"] : []),
    ...(telegram?.allowed_chat_ids.some(is) ? ["transports.telegram.allowed_chat_ids"] : []),
    ...(telegram && chatId in telegram.chats ? [`transports.telegram.chats.${chatId}`] : []),
    ...[...projects.values()].filter(({ chat_id }) => is(chat_id)).map(({ alias }) => `projects.${alias}.chat_id`),
    ...schedules
      .filter((schedule) => schedule.chatId === chatId && !is(telegram?.chat_id))
      .map(({ name }) => `schedules.${name}.chat_id`),
    ...triggers
      .filter((trigger) => trigger.chatId === chatId && !is(telegram?.chat_id))
      .map(({ name }) => `triggers.${name}.chat_id`),
  ];
}
