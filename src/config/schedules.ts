import { parseDuration } from "../domain/duration.ts";
import type { Schedule, When } from "../domain/schedule.ts";
import { isTimezone, problemOf } from "../domain/schedule-times.ts";
import { MS_PER_MINUTE } from "../domain/time.ts";
import type { Problem } from "./problem.ts";
import type { FileTable, ScheduleTable } from "./schema.ts";

/** The problems of `[schedules.<name>]` beyond its keys. */
export function brokenSchedules({ schedules, presets }: Pick<FileTable, "schedules" | "presets">): Problem[] {
  return Object.entries(schedules).flatMap(([name, table]) => {
    const path = ["schedules", name];
    if (!/^[\w-]{1,40}$/.test(name)) return [{ path, text: "has a name of more than letters, digits, _ and -." }];
    if ((table.cron === undefined) === (table.every === undefined))
      return [{ path, text: 'needs exactly one of cron = "0 9 * * 1-5" and every = "2h".' }];
    if (table.every !== undefined && (parseDuration(table.every) ?? 0) < MS_PER_MINUTE)
      return [
        {
          path: [...path, "every"],
          text: `is "${table.every}"; expected a duration of 1m or more, such as "30m", "2h" or "1d".`,
        },
      ];
    if (table.preset !== undefined && presets[table.preset] === undefined)
      return [{ path: [...path, "preset"], text: `is "${table.preset}", and there is no such preset.` }];
    return brokenPattern(path, table);
  });
}

function brokenPattern(path: string[], table: ScheduleTable): Problem[] {
  const { cron, timezone } = table;
  if (timezone !== undefined && !isTimezone(timezone)) {
    const text = `is "${timezone}", which is no timezone: write it as in "Europe/Berlin".`;
    return [{ path: [...path, "timezone"], text }];
  }
  const problem = problemOf(whenOf(table));
  return problem === undefined ? [] : [{ path: [...path, "cron"], text: `is "${cron}": ${problem}.` }];
}

/** The schedules that are switched on; those without a chat belong to `mainChat`. */
export function toSchedules(
  schedules: Readonly<Record<string, ScheduleTable>>,
  mainChat: number | undefined,
): Schedule[] {
  return Object.entries(schedules).flatMap(([name, table]) => {
    const { cron, every, timezone, chat_id, topic_id, enabled, ...rest } = table;
    const chatId = chat_id ?? mainChat;
    if (!enabled || chatId === undefined) return [];
    const topicId = topic_id === undefined ? undefined : String(topic_id);
    return [{ ...rest, name, chatId: String(chatId), topicId, when: whenOf(table) }];
  });
}

/** Every full `every` since 1970, so that a restart moves nothing. */
function whenOf({ cron, every, timezone }: ScheduleTable): When {
  if (cron !== undefined) return { cron, timezone };
  return { everyMs: parseDuration(every ?? "") ?? 0, from: 0 };
}
