import { expect, test } from "vitest";
import { complaint, load } from "./bench.ts";

const trigger = (rest: string) => `[triggers.fix]\ndo = "task"\ntext = "fix it"\n${rest}\n`;
const hook = (more = "", secret = 'secret = { env = "X" }') =>
  `${trigger(`webhook = { kind = "hmac"${secret === "" ? "" : `, ${secret}`} }`)}${more}`;
const LISTEN = '[webhooks]\nlisten = "127.0.0.1:8787"\n';

test.each([
  [trigger(""), /exactly one of on = "done" and webhook/],
  [trigger('on = "idle"'), /needs for = "10m"/],
  [trigger('on = "done"\nfor = "10m"'), /needs for = "10m" with on = "idle", and only then/],
  [trigger('on = "done"\nmin_interval = "soon"'), /a duration that is none/],
  [trigger('on = "done"\nrun = "rm -rf /"'), /not a known key/],
  [hook(LISTEN, ""), /a webhook without a secret/],
  [hook(), /nothing listens/],
  [hook('[webhooks]\nlisten = "0.0.0.0:8787"\n'), /which other machines can reach without encryption/],
  [hook('[webhooks]\nlisten = "8787"\n'), /a host and a port/],
  [hook(LISTEN).replace('"task"', '"reply"'), /a webhook has no session/],
])("refuses %s", (text, problem) => {
  expect(complaint(text)).toMatch(problem);
});

test("takes those that are switched on; a webhook's belongs to the main chat", () => {
  const telegram = '[transports.telegram]\nbot_token = "1:x"\nchat_id = 42\nallowed_user_ids = [1]\n';
  const off = '[triggers.off]\non = "done"\ndo = "notify"\ntext = "x"\nenabled = false\n';
  const idle = '[triggers.idle]\non = "idle"\nfor = "10m"\ndo = "notify"\ntext = "x"\n';
  const config = load(`${telegram}${hook(LISTEN)}${off}${idle}`);
  expect(config.webhooks).toEqual({ host: "127.0.0.1", port: 8787 });
  expect(config.triggers.map(({ name, on, chatId, forMs }) => [name, on, chatId, forMs])).toEqual([
    ["fix", "webhook", "42", undefined],
    ["idle", "idle", undefined, 600_000],
  ]);
});
