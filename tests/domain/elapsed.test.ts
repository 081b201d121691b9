import { expect, test } from "vitest";
import { formatElapsed } from "../../src/domain/elapsed.ts";

test.each([
  [-5, "0s"],
  [0, "0s"],
  [999, "0s"],
  [5_900, "5s"],
  [59_999, "59s"],
  [60_000, "1m 00s"],
  [65_000, "1m 05s"],
  [3_599_999, "59m 59s"],
  [3_660_000, "1h 01m"],
  [90_000_000, "25h 00m"],
])("shows %i ms as %s", (elapsedMs, shown) => {
  expect(formatElapsed(elapsedMs)).toBe(shown);
});
