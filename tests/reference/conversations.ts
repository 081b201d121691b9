import { LAYERS, SETTINGS } from "../../src/domain/settings.ts";
import { operations } from "../../src/operations/index.ts";
import { toTable } from "./table.ts";

const HEADERS = {
  session: "session",
  preset: "preset",
  topic: "topic",
  chat: "chat",
  project: "project",
  global: "everywhere",
};

/** What sets each setting of a conversation, the strongest first. */
export const settingsTable = (): string =>
  toTable([
    ["setting", ...LAYERS.map((layer) => HEADERS[layer])],
    ...Object.entries(SETTINGS).map(([name, sources]) => [name, ...LAYERS.map((layer) => sources[layer] ?? "")]),
  ]);

/** Every command of the chat as it says of itself. */
export const commandsTable = (): string =>
  toTable([["command", "it does"], ...operations.map(({ name, summary }) => [`\`/${name}\``, summary])]);
