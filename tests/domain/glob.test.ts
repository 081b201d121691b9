import fc from "fast-check";
import { expect, test } from "vitest";
import { Glob } from "../../src/domain/glob.ts";
import { times } from "../helpers/soak.ts";

/** The characters of a text, and how often one of them was looked at. */
function counted(text: string) {
  const seen = { reads: 0 };
  const characters = new Proxy([...text], {
    get(target, key, receiver) {
      if (typeof key === "string" && /^\d+$/.test(key)) seen.reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  return { seen, characters };
}

const few = (size: number) => fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: size });

test("a pattern matches what the same regular expression does", () => {
  fc.assert(
    fc.property(few(8), few(12), (pattern, text) => {
      const plain = text.replaceAll("*", "");
      const expected = new RegExp(`^${pattern.replace(/\*+/g, ".*")}$`).test(plain);
      expect(new Glob(pattern).matches(plain)).toBe(expected);
    }),
    { numRuns: times(500, 10_000) },
  );
});

test("a character of a text is looked at no more than three times, whatever the pattern", () => {
  const parts = fc.constantFrom("a*", "*a", "aab*", "*-", "ab", "*aaaaaaab*", "*.js", "**", "a");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 40 }), fc.constantFrom("a", "ab", "aab", "-", "a-"), (texts, unit) => {
      const { seen, characters } = counted(unit.repeat(500));
      new Glob(texts.join("")).matches(characters);
      expect(seen.reads).toBeLessThanOrEqual(3 * characters.length);
    }),
  );
  const { seen, characters } = counted("a-".repeat(3000));
  new Glob("*-*-*.js").matches(characters);
  expect(seen.reads).toBeLessThanOrEqual(3 * characters.length);
});
