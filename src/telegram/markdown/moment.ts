import type { MessageEntity } from "grammy/types";
import { readMoment } from "../../domain/moment.ts";

type DateTime = Omit<MessageEntity.DateTimeMessageEntity, "offset" | "length">;

/** Telegram's own form of a moment for a link that means one; undefined for every other link. */
export function dateTimeOf(url: string): DateTime | undefined {
  const found = readMoment(url);
  if (!found) return undefined;
  const date_time_format = found.format as DateTime["date_time_format"];
  return { type: "date_time", unix_time: found.unix, date_time_format };
}
