import { parseDuration } from "../domain/duration.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { Problem } from "./problem.ts";
import type { FileTable, TriggerTable, WebhooksTable } from "./schema.ts";

/** The problems of `[triggers.<name>]` and `[webhooks]` beyond their keys. */
export function brokenTriggers({ triggers, webhooks }: Pick<FileTable, "triggers" | "webhooks">): Problem[] {
  const isOpen = webhooks !== undefined;
  return [
    ...Object.entries(triggers).flatMap(([name, table]) => {
      const text = brokenTrigger(name, table, isOpen);
      return text === undefined ? [] : [{ path: ["triggers", name], text }];
    }),
    ...(webhooks && !webhooks.allow_public && !LOOPBACK.test(webhooks.listen)
      ? [{ path: ["webhooks", "listen"], text: PUBLIC.replace("ADDRESS", webhooks.listen) }]
      : []),
  ];
}

const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\]):/;
const PUBLIC =
  'is "ADDRESS", which other machines can reach without encryption: listen on 127.0.0.1 behind a proxy that has TLS, or set webhooks.allow_public = true.';

function brokenTrigger(name: string, table: TriggerTable, isOpen: boolean): string | undefined {
  const { on, webhook, for: wait, min_interval, dedupe } = table;
  const isDuration = (text: string | undefined) => text === undefined || parseDuration(text) !== undefined;
  if (!/^[\w-]{1,40}$/.test(name)) return "has a name of more than letters, digits, _ and -.";
  if ((on === undefined) === (webhook === undefined)) return 'needs exactly one of on = "done" and webhook = { … }.';
  if ((on === "idle") !== (wait !== undefined)) return 'needs for = "10m" with on = "idle", and only then.';
  if (![wait, min_interval, dedupe].every(isDuration))
    return 'has a duration that is none: write "90s", "10m", "2h" or "1d".';
  if (!webhook) return undefined;
  if (!webhook.secret) return 'has a webhook without a secret: add secret = { env = "NAME" }.';
  if (!isOpen) return 'has a webhook, but nothing listens: add [webhooks] with listen = "127.0.0.1:8787".';
  if (table.do === "reply" || table.do === "brief") return `cannot ${table.do}: a webhook has no session.`;
  if (Object.keys(table.where).length > 0) return "has a where, which only runs have.";
  return undefined;
}

/** Those that are switched on. A webhook's belong to `mainChat` unless they name a chat. */
export function toTriggers(triggers: Readonly<Record<string, TriggerTable>>, mainChat: number | undefined): Trigger[] {
  const ms = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text));
  return Object.entries(triggers).flatMap(([name, table]) => {
    const { enabled, chat_id, topic_id, for: wait, min_interval, dedupe, webhook, on = "webhook", ...rest } = table;
    const chatId = chat_id ?? (webhook && mainChat);
    if (!enabled || (webhook && chatId === undefined)) return [];
    return [
      {
        ...{ ...rest, name, on, forMs: ms(wait), minIntervalMs: ms(min_interval), dedupeMs: ms(dedupe) },
        chatId: chatId === undefined ? undefined : String(chatId),
        topicId: topic_id === undefined ? undefined : String(topic_id),
        webhook: webhook?.secret && { ...webhook, secret: webhook.secret },
      },
    ];
  });
}

export function toWebhooks(table: WebhooksTable | undefined): { host: string; port: number } | undefined {
  if (!table) return undefined;
  const colon = table.listen.lastIndexOf(":");
  return { host: table.listen.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(table.listen.slice(colon + 1)) };
}
