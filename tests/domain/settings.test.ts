import { expect, test } from "vitest";
import { LAYERS, strongest } from "../../src/domain/settings.ts";

test("a session comes before its presets, these before the topic, that before the chat, that before the project, that before the config", () => {
  expect(LAYERS).toEqual(["session", "preset", "topic", "chat", "project", "global"]);
});

test.each(LAYERS.map((layer, index) => [layer, LAYERS.slice(index)] as const))(
  "of a value in each layer from %s on, that one is in force",
  (layer, from) => {
    const values = Object.fromEntries(from.map((one) => [one, `of ${one}`]));
    expect(strongest(values)).toEqual({ value: `of ${layer}`, layer });
  },
);

test("a value that no layer has is not set", () => {
  expect(strongest({ session: undefined, global: undefined })).toBeUndefined();
});
