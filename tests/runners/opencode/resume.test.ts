import fc from "fast-check";
import { expect, test } from "vitest";
import { isSessionId, opencodeResume } from "../../../runners/opencode/resume.ts";

const ID = "ses_e028f6306fferMVXNGwJR0fGwI";

const sessionIds = fc.stringMatching(/^ses_[A-Za-z0-9]{1,40}$/);

test("whatever is formatted parses back", () => {
  fc.assert(
    fc.property(sessionIds, (id) => {
      expect(opencodeResume.parse(opencodeResume.format(id))).toBe(id);
    }),
  );
});

test("a line that parses is a session id, and never more than one line", () => {
  const words = fc.constantFrom("opencode", "run", "--session", "-s", "--fork", ID, "ses_", "\n", "`", "x");
  fc.assert(
    fc.property(fc.array(words, { maxLength: 7 }), (parts) => {
      const value = opencodeResume.parse(parts.join(" "));
      if (value !== undefined) expect(isSessionId(value)).toBe(true);
    }),
  );
});

test.each([
  `opencode --session ${ID}`,
  `opencode -s ${ID}`,
  `opencode run --session ${ID}`,
  `  OpenCode   run  -S  ${ID}  `,
])("`%s` names the session, its letters as they are", (line) => {
  expect(opencodeResume.parse(line)).toBe(ID);
});

test.each([
  `see opencode --session ${ID}`,
  `- opencode --session ${ID}`,
  `opencode --session ${ID} --fork`,
  `opencode --session ${ID}\nmore`,
  "opencode --session",
  "opencode --session latest",
  "opencode --session ses_",
  "opencode --session ses_abc-def",
  `opencode --continue ${ID}`,
])("`%s` names no session", (line) => {
  expect(opencodeResume.parse(line)).toBeUndefined();
});
