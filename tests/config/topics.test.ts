import { expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { hasTopics } from "../../src/config/topics.ts";

const MAIN = "5";
const SHOP = "-7";
const OTHER = "-9";

function served(scope: string, { projectChat = true, enabled = true } = {}): string[] {
  const projects = new Map([["shop", { ...(projectChat && { chat_id: Number(SHOP) }) }]]);
  const config = { telegram: { chat_id: Number(MAIN), topics: { enabled, scope } }, projects } as unknown as Config;
  return [MAIN, SHOP, OTHER].filter((chatId) => hasTopics(config, chatId));
}

test.each([
  ["auto", {}, [SHOP]],
  ["auto", { projectChat: false }, [MAIN]],
  ["main", {}, [MAIN]],
  ["projects", {}, [SHOP]],
  ["all", {}, [MAIN, SHOP, OTHER]],
  ["all", { enabled: false }, []],
])("scope %s with %j serves the topics of %j", (scope, more, chats) => {
  expect(served(scope, more)).toEqual(chats);
});
