/** Where a setting can come from, the strongest first. */
export const LAYERS = ["session", "preset", "topic", "chat", "project", "global"] as const;
export type Layer = (typeof LAYERS)[number];

/** A value in force, and the place that sets it. */
export interface Setting {
  readonly value: string;
  readonly layer: Layer;
}

/** The value of the strongest layer that has one. */
export function strongest(values: Readonly<Partial<Record<Layer, string | undefined>>>): Setting | undefined {
  for (const layer of LAYERS) {
    const value = values[layer];
    if (value !== undefined) return { value, layer };
  }
  return undefined;
}

/** Whether a group's every message is for the bot, or only what mentions or answers it. */
export const TRIGGER_MODES = ["all", "mentions"] as const;

/** The value of a setting in each layer; a layer without an entry decides nothing. */
export type Sources = Readonly<Partial<Record<Layer, string>>>;

const inConversation = (command: string) => ({
  topic: `\`/${command}\` in the topic`,
  chat: `\`/${command}\` in the chat`,
});

/** The settings of conversations and what sets each. A directive or a resume line in a message comes before all of them. */
export const SETTINGS: Readonly<Record<string, Sources>> = {
  "project and branch": {
    session: "where it ran",
    ...inConversation("ctx"),
    project: "`projects.<alias>.chat_id`",
    global: "`default_project`",
  },
  engine: {
    session: "that it belongs to",
    topic: "`/agent` in the topic, its preset first",
    chat: "`/agent` in the chat, its preset first",
    project: "`projects.<alias>.default_engine`",
    global: "`takopi <engine>`, `default_engine`",
  },
  presets: { session: "that it began with", ...inConversation("agent") },
  model: {
    session: "`/model` as a reply",
    preset: "`presets.<name>.model`",
    ...inConversation("model"),
    project: "`projects.<alias>.<engine>.model`",
    global: "`<engine>.model`",
  },
  reasoning: {
    preset: "`presets.<name>.reasoning_effort`",
    ...inConversation("reasoning"),
    project: "the engine's key in `projects.<alias>.<engine>`",
    global: "the engine's key in `[<engine>]`",
  },
  trigger: inConversation("trigger"),
};
