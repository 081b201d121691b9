import { expect, test } from "vitest";
import { type ProgressView, renderProgress } from "../../src/chat/render-progress.ts";
import type { Action, ActionEvent } from "../../src/domain/events.ts";
import { initialProgress, reduceProgress } from "../../src/domain/progress.ts";
import { toClassicMessage } from "../../src/telegram/assemble.ts";
import { expectAccepted } from "./rules.ts";

type Shown = Partial<Action> & Pick<ActionEvent, "phase"> & { readonly ok?: boolean };

function view(actions: readonly Shown[], more: Partial<ProgressView> = {}): ProgressView {
  const progress = actions
    .map(({ phase, ok, ...action }, index): ActionEvent => {
      const whole = { id: String(index), kind: "command", title: "", detail: {}, ...action } as const;
      return { type: "action", engine: "codex", phase, action: whole, ...(ok === undefined ? {} : { ok }) };
    })
    .reduce(reduceProgress, initialProgress());
  return { label: "working", engine: "codex", elapsedMs: 12_000, progress, ...more };
}

const shownOf = (shown: ProgressView) => toClassicMessage(renderProgress(shown));

/** The lines between header and footer. */
function bodyOf(actions: readonly Shown[], cwd?: string): readonly string[] {
  const { text } = shownOf(view(actions, { cwd }));
  return text.split("\n\n")[1]?.split("\n") ?? [];
}

test("shows the header, the actions and the footer", () => {
  const content = shownOf(
    view(
      [
        { phase: "completed", title: "pytest -q", ok: true },
        { phase: "completed", title: "npm test", detail: { exitCode: 127 } },
        { phase: "updated", title: "make" },
        { phase: "started", kind: "tool", title: "docs.search" },
      ],
      { context: "ctx: z80 @feat/x", resumeLine: "codex resume 0199" },
    ),
  );
  expectAccepted(content);
  expect(content.text).toBe(
    [
      "working · codex · 12s · step 4",
      "✓ pytest -q\n✗ npm test (exit 127)\n↻ make\n▸ tool: docs.search",
      "ctx: z80 @feat/x\ncodex resume 0199",
    ].join("\n\n"),
  );
  const code = content.entities.map(({ offset, length }) => content.text.slice(offset, offset + length));
  expect(code).toEqual(["pytest -q", "npm test", "make", "ctx: z80 @feat/x", "codex resume 0199"]);
});

test("says the place in the queue", () => {
  const queued = (place: number) => shownOf(view([], { label: "queued", elapsedMs: 0, place })).text;
  expect(queued(1)).toBe("queued · codex · 0s · next");
  expect(queued(3)).toBe("queued · codex · 0s · place 3");
});

test("shows a note below the actions, and a cancelled label in code", () => {
  const content = shownOf(view([{ phase: "started", title: "a" }], { label: "cancelled", note: "Silent." }));
  expect(content.text).toBe("cancelled · codex · 12s · step 1\n\n▸ a\n\nSilent.");
  expect(content.entities[0]).toEqual({ type: "code", offset: 0, length: 9 });
});

test("names each kind of action", () => {
  expect(
    bodyOf([
      { phase: "started", kind: "web_search", title: "query" },
      { phase: "started", kind: "subagent", title: "review" },
      { phase: "started", kind: "note", title: "thinking" },
      { phase: "started", kind: "warning", title: "careful" },
      { phase: "started", kind: "file_change", title: "a.ts" },
    ]),
  ).toEqual(["▸ searched: query", "▸ subagent: review", "▸ thinking", "▸ careful", "▸ files: a.ts"]);
});

test("shows the last line that a failed step said, on a line of its own", () => {
  const failed = { phase: "completed", title: "npm test", ok: false } as const;
  const output = "ok 1\n\n1 failed, 41 passed\n\nCommand exited with code 1\n";
  expect(bodyOf([{ ...failed, detail: { exitCode: 1, output } }])).toEqual([
    ...["✗ npm test (exit 1)", "   1 failed, 41 passed"],
  ]);
  expect(bodyOf([{ ...failed, detail: { error: "no such\u202e tool" } }])).toEqual([
    ...["✗ npm test", "   no such⟨U+202E⟩ tool"],
  ]);
  expect(bodyOf([{ ...failed, ok: true, detail: { output } }])).toEqual(["✓ npm test"]);
});

test("shows the last lines of the command that runs, if it is asked to", () => {
  const output = Array.from({ length: 9 }, (_, line) => `line ${line}`).join("\n");
  const actions = [{ phase: "updated", title: "make", detail: { output } }] as const;
  expect(shownOf(view(actions)).text).not.toContain("line 8");
  const { text, entities } = shownOf(view(actions, { showsOutput: true }));
  expect(text).toBe("working · codex · 12s · step 1\n\n↻ make\n\nline 5\nline 6\nline 7\nline 8");
  expect(entities.map(({ type }) => type)).toEqual(["code", "pre"]);
  const ended = view([{ phase: "completed", ok: true, title: "make", detail: { output } }], { showsOutput: true });
  expect(shownOf(ended).text).not.toContain("line 8");
});

test("shows paths as seen from the run's directory", () => {
  const changes = ["/w/a.ts", "/w", "/w2/b.ts", "/w/c.ts", "/w/d.ts"].map((path) => ({
    path,
    verb: "update" as const,
  }));
  expect(
    bodyOf(
      [
        { phase: "started", kind: "file_change", title: "x", detail: { changes } },
        { phase: "started", title: "cat /w/a.ts /w/b.ts /w2/c.ts" },
        { phase: "started", kind: "tool", title: "read: `/w/a.ts`" },
      ],
      "/w",
    ),
  ).toEqual([
    "▸ files: update a.ts, update ., update /w2/b.ts, …(2 more)",
    "▸ cat a.ts b.ts /w2/c.ts",
    "▸ tool: read: a.ts",
  ]);
});

test("keeps every title on one line, and shortens it at a word", () => {
  const [first, second, third] = bodyOf([
    { phase: "started", title: "cat <<'E'\n`a`\n\nE" },
    { phase: "started", title: "word ".repeat(100) },
    { phase: "started", title: "x".repeat(400) },
  ]);
  expect(first).toBe("▸ cat <<'E' `a` E");
  expect(second).toMatch(/^▸ (?:word )+word…$/);
  expect(third).toBe(`▸ ${"x".repeat(299)}…`);
});

test("fits one message whatever it has to show", () => {
  const path = `/${"very-long-name/".repeat(70)}`;
  const changes = Array.from({ length: 50 }, () => ({ path, verb: "delete" as const }));
  const actions = Array.from(
    { length: 9 },
    (): Shown => ({ phase: "started", kind: "file_change", detail: { changes } }),
  );
  const content = shownOf(
    view(actions, { note: "n".repeat(9000), context: "c".repeat(9000), resumeLine: "r".repeat(9000) }),
  );
  expectAccepted(content);
});

test("shows what a title holds as text, not as Markdown or a link", () => {
  const content = shownOf(view([{ phase: "started", kind: "note", title: "[a](http://b.c) **d** \u202e" }]));
  expect(content.text).toContain("▸ [a](http://b.c) **d**");
  expect(content.entities).toEqual([]);
});
