import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutations } from "./list.ts";

test.each(mutations)('the place that is broken for "$invariant" is there once', ({ file, find, replace, tests }) => {
  expect(readFileSync(file, "utf8").split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
  expect(tests).not.toEqual([]);
});
