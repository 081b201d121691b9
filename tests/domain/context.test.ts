import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatContext, parseContext } from "../../src/domain/context.ts";
import { findResume, stripResume } from "../../src/domain/resume.ts";

const codex = { id: "codex", resume: { parse: (line: string) => /^codex resume (\S+)$/i.exec(line)?.[1] } };
const pi = { id: "pi", resume: { parse: (line: string) => /^pi --session (\S+)$/i.exec(line)?.[1] } };

describe("the context line", () => {
  test.each([
    ["`ctx: web @feat/x`", { project: "web", branch: "feat/x" }],
    ["done\n\nCTX: web\nmore", { project: "web", branch: undefined }],
    ["ctx: web @ dev", { project: "web", branch: "dev" }],
    ["ctx: a\nctx: b @c", { project: "b", branch: "c" }],
    ["see ctx: web", undefined],
  ])("is read from %j", (text, expected) => {
    expect(parseContext(text)).toEqual(expected);
  });

  test("reads back whatever it writes", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_./-]{1,20}$/);
    fc.assert(
      fc.property(name, fc.option(name, { nil: undefined }), (project, branch) => {
        expect(parseContext(`done\n\n\`${formatContext({ project, branch })}\``)).toEqual({ project, branch });
      }),
    );
  });
});

describe("resume lines", () => {
  test("count when they fill a line, backticks aside, and the last of an engine wins", () => {
    expect(findResume("codex resume a\n `codex resume b` ", [codex, pi])).toEqual({ engine: "codex", value: "b" });
    expect(findResume("see codex resume a\n- codex resume b\ncodex resume c --last", [codex, pi])).toBeUndefined();
  });

  test("are asked for engine by engine, wherever they stand", () => {
    expect(findResume("codex resume a\npi --session b", [pi, codex])).toEqual({ engine: "pi", value: "b" });
  });

  test("are taken out of a prompt, and an empty one becomes continue", () => {
    expect(stripResume("fix\n`codex resume a`\nit", [codex, pi])).toBe("fix\nit");
    expect(stripResume(" pi --session x \n", [codex, pi])).toBe("continue");
  });
});
