import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { requireKnown } from "../../src/engine/known-directory.ts";

test("a session works in a project, below one, or nowhere", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "takopi-known-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ["web/src", "webshop", "other"]) mkdirSync(join(root, name), { recursive: true });
  symlinkSync(join(root, "other"), join(root, "web", "out"));
  const check = (name: string) => () => requireKnown("pi", join(root, name), [join(root, "web")]);
  for (const name of ["web", "web/src"]) expect(check(name)).not.toThrow();
  for (const name of ["webshop", "other", "web/out", "."]) expect(check(name)).toThrow("which is no project here");
  expect(() => requireKnown("pi", root, undefined)).not.toThrow();
});
