import { expect, test } from "vitest";
import { readReadme, withAbilities } from "./abilities.ts";

test("the README's table of abilities is what the engines declare", () => {
  const readme = readReadme();
  expect(withAbilities(readme), "run `npx tsx tests/abilities.ts`").toBe(readme);
});

test("a table of other times is found out", () => {
  const readme = readReadme();
  expect(withAbilities(readme.replace("| yes", "| old"))).toBe(readme);
});
