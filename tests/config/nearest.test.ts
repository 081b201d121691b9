import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "../../src/config/nearest.ts";

test.each([
  ["docter", "doctor"],
  ["DOCTOR", "doctor"],
  ["int", "init"],
  ["rusn", "runs"],
  ["parallel_run", "parallel_runs"],
  ["xyzzy", undefined],
  ["a", undefined],
])("%s is taken for %s", (word, expected) => {
  expect(nearest(word, ["doctor", "init", "runs", "parallel_runs"])).toBe(expected);
});

test("a word is at no distance from itself, and one edit is a distance of one", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
      (word, at, letter) => {
        const index = at % word.length;
        expect(editDistance(word, word)).toBe(0);
        expect(editDistance(word, word.slice(0, index) + word.slice(index + 1))).toBe(1);
        expect(editDistance(word, word.slice(0, index) + letter + word.slice(index))).toBe(1);
      },
    ),
  );
});

test("the distance is the same both ways, and at most the longer length", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const distance = editDistance(one, other);
      expect(distance).toBe(editDistance(other, one));
      expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(one.length - other.length));
    }),
  );
});

test("a key with one slip in it leads to its known form", () => {
  const keys = ["default_engine", "watch_config", "transports", "projects", "limits"];
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.nat(), (key, at) => {
      const index = at % key.length;
      expect(nearest(key.slice(0, index) + key.slice(index + 1), keys)).toBe(key);
    }),
  );
});
