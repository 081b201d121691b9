import { expect, test } from "vitest";
import { untested } from "../../src/engine/versions.ts";

test.each([
  ["1.5.9", ["0.74.2", "1.5.2"]],
  ["0.74.0-beta.1", ["0.74.2", "1.5.2"]],
  ["9.9.9", []],
])("%s says nothing beside %j", (version, tested) => {
  expect(untested(version, tested)).toBeUndefined();
});

test("a version of another line is named with those that were tested", () => {
  expect(untested("1.6.0", ["0.74.2", "1.5.2"])).toBe("not a version that takopi was tested with (0.74.2, 1.5.2)");
});
