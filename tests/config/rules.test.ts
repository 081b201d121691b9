import { expect, test } from "vitest";
import { commands } from "../../src/chat/commands/index.ts";
import { complaint } from "./bench.ts";

test.each(commands.map(({ name }) => name))("no project hides /%s", (name) => {
  const alias = name.toUpperCase();
  expect(complaint(`[projects.${alias}]\npath = "/x"`)).toBe(
    `FILE: projects.${alias} has the name of a chat command; give the project another alias.`,
  );
});
