import fc from "fast-check";
import { expect, test } from "vitest";
import { isThreadId, resume } from "../../../runners/codex/resume.ts";

const ID = "01a1fd69-eec0-7f60-afdf-46a8ca1726da";

test("whatever is formatted parses back", () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(resume.parse(resume.format(id))).toBe(id);
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[^\s`]+$/), (name) => {
      fc.pre(!isThreadId(name));
      expect(resume.parse(resume.format(name))).toBe(name);
    }),
  );
});

test("case does not matter, and an id comes back as codex writes it", () => {
  expect(resume.parse(`Codex RESUME ${ID.toUpperCase()}`)).toBe(ID);
});

test.each([
  `see codex resume ${ID}`,
  `- codex resume ${ID}`,
  `codex resume ${ID} --last`,
  `codex resume ${ID}.\nmore`,
  "codex resume",
  `codex exec resume ${ID}`,
  `codexresume ${ID}`,
  `pi --session ${ID}`,
])("%j is not a resume line", (line) => {
  expect(resume.parse(line)).toBeUndefined();
});

test("only a full UUID is a thread's id", () => {
  expect(isThreadId(ID)).toBe(true);
  for (const value of [ID.slice(0, 8), `${ID}0`, `x${ID}`, "my-thread", ""]) expect(isThreadId(value)).toBe(false);
});
