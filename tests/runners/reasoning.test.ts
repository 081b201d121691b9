import { expect, test } from "vitest";
import { engines } from "../../runners/index.ts";

const offered = engines.flatMap(({ id, options, reasoning }) =>
  (reasoning?.levels ?? []).map((level) => [id, level, options, reasoning?.option ?? ""] as const),
);

test("claude, codex, opencode and pi have levels of reasoning", () => {
  expect([...new Set(offered.map(([id]) => id))].toSorted()).toEqual(["claude", "codex", "opencode", "pi"]);
});

test.each(offered)("%s takes its level %s as an option", (_id, level, options, option) => {
  expect(options.safeParse({ [option]: level }).error).toBeUndefined();
  expect(options.safeParse({ [option]: "no such level" }).success).toBe(option === "variant");
});
