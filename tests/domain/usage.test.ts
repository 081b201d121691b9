import { expect, test } from "vitest";
import { formatCost } from "../../src/domain/usage.ts";

test.each([
  [0, "$0.00"],
  [0.0004, "$0.0004"],
  [0.003, "$0.003"],
  [0.00999, "$0.01"],
  [0.126, "$0.13"],
  [12, "$12.00"],
])("a cost of %d is shown as %s", (usd, shown) => {
  expect(formatCost(usd)).toBe(shown);
});
