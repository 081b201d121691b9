import { expect, test } from "vitest";
import { namesOf } from "../../src/operations/call.ts";
import { operations } from "../../src/operations/index.ts";
import { complaint } from "./bench.ts";

test.each(namesOf(operations))("no project hides /%s", (name) => {
  const alias = name.toUpperCase();
  expect(complaint(`[projects.${alias}]\npath = "/x"`)).toBe(
    `FILE: projects.${alias} has the name of a chat command; give the project another alias.`,
  );
});
