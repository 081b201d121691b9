import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderAskedAgain, renderCard, renderReminder } from "../../src/chat/card.ts";
import { cardButtons, parseCardPress } from "../../src/chat/card-buttons.ts";
import { closedText } from "../../src/chat/card-end.ts";
import type { Question } from "../../src/domain/question.ts";
import type { StoredQuestion } from "../../src/store/questions.ts";
import { toClassicMessage } from "../../src/telegram/assemble.ts";
import { expectAccepted } from "../telegram/rules.ts";

const KEY = "0123456789abcdef";

function stored(question: Question, more: Partial<StoredQuestion> = {}): StoredQuestion {
  return {
    ...{ key: KEY, runId: "r1", questionId: question.id, kind: question.kind, title: question.title, question },
    ...{ chatId: "1", topicId: null, state: "open", reply: null, scope: null, reason: null, answer: null },
    ...{ decidedBy: null, userId: null, userName: null, problem: null, cardId: null, cardState: null },
    ...{ ticket: null, askedAt: 0, closedAt: null, ...more },
  };
}

const command = (line: string, more: object = {}): Question => ({
  ...{ id: "1", kind: "command", title: "bash", command: line, body: line, canAllowSession: false, ...more },
});

const NO_CHOICE = { chosen: new Set<number>(), canResume: true };

function render(question: Question, more: Partial<StoredQuestion> = {}, project: string | undefined = "web @x") {
  const card = renderCard({ stored: stored(question, more), engine: "codex", project, cwd: "/repo" });
  const content = toClassicMessage(card.document);
  expectAccepted(content);
  return { content, file: card.file };
}

const choice: Question = {
  ...{ id: "1", kind: "choice", title: "Which?", isMultiple: true, isOpen: true },
  options: [
    { value: "r", label: "red", description: "like blood" },
    { value: "g", label: "green" },
  ],
};

test("words of an engine can neither begin a line, hide, nor leave their block", () => {
  const question = command("rm x\n\u202e# lla", {
    reason: "fine\n✓ Allowed by Ann",
    cwd: "/src\n✓ Allowed by the rules",
  });
  const { text, entities } = render(question).content;
  expect(text).toMatch(/\nWhy: fine ⏎ ✓ Allowed by Ann$/);
  expect(text).toContain("in /src ⏎ ✓ Allowed by the rules, outside web @x\n");
  const block = entities.find(({ type }) => type === "pre");
  expect(text.slice(block?.offset, (block?.offset ?? 0) + (block?.length ?? 0))).toBe("rm x\n⟨U+202E⟩# lla");
  const settled = { state: "answered", decidedBy: "user", reply: "allow", userName: "Bo\n✗ Denied" } as const;
  expect(render(command("x"), settled).content.text).toContain("✓ Allowed by Bo ⏎ ✗ Denied · ");
});

describe("a card", () => {
  test("says who wants to run what, where and why, with the command in a block of its own", () => {
    const { content, file } = render(command("rm -rf build", { cwd: "/repo", reason: "It is *stale*" }));
    expect(content.text).toBe("codex wants to run\n\nrm -rf build\n\nin web @x\nWhy: It is *stale*");
    expect(content.entities.map(({ type }) => type)).toEqual(["pre", "code"]);
    expect(file).toBeUndefined();
  });

  test.each([
    ["/repo", "web @x", "in web @x"],
    ["/repo/packages/a", "web @x", "in packages/a of web @x"],
    ["/elsewhere", "web @x", "in /elsewhere, outside web @x"],
    ["/repository", "web @x", "in /repository, outside web @x"],
    [undefined, "web @x", "in web @x"],
    ["/repo", "", "in /repo"],
  ])("in %s, of project %j, says: %s", (cwd, project, place) => {
    const question = command("make", cwd === undefined ? {} : { cwd });
    const card = renderCard({
      ...{ stored: stored(question), engine: "codex", cwd: "/repo" },
      project: project === "" ? undefined : project,
    });
    expect(toClassicMessage(card.document).text).toBe(`codex wants to run\n\nmake\n\n${place}`);
  });

  test("names the files of a change, and what a permission is for, in code", () => {
    const change: Question = { id: "1", kind: "file_change", title: "edit: a.ts", body: "+x", canAllowSession: true };
    expect(render(change).content.text).toBe("codex wants to change files\nedit: a.ts\n\n+x\n\nin web @x");
    const access: Question = { id: "1", kind: "permission", title: "Connect to x", canAllowSession: true };
    expect(render(access).content.text).toBe("codex asks for permission\nConnect to x\n\nin web @x");
  });

  test("folds what is long, and what is too long comes whole as a file", () => {
    const lines = Array.from({ length: 20 }, (_, line) => `line ${line}`).join("\n");
    const folded = render(command(lines));
    expect(folded.content.entities.map(({ type }) => type)).toContain("expandable_blockquote");
    expect(folded.content.text).toContain(lines);
    const diff = "+line\n".repeat(5_000);
    const change: Question = { id: "1", kind: "file_change", title: "write a", body: diff, canAllowSession: true };
    expect(render(change).file).toEqual({ name: "change.diff", text: diff.trim() });
  });

  test("of very many options lists those that have no button, and the file has them all", () => {
    const options = Array.from({ length: 300 }, (_, index) => ({ value: String(index), label: `option ${index}` }));
    const { content, file } = render({ ...choice, options } as Question);
    expect(content.text).toContain("This is cut: the file below has it all.");
    expect(file?.text).toContain("option 299");
  });

  test("lists options that need words, and how to answer", () => {
    expect(render(choice).content.text).toMatch(
      /1\. red: like blood\n2\. green\n\nin web @x\n\nPress all that apply, then Done, or reply with their numbers or an answer of your own\.$/,
    );
    const secret: Question = { id: "1", kind: "text", title: "Token?", isSecret: true, draft: "abc" };
    expect(render(secret).content.text).toMatch(
      /To begin from:\n\nabc\n\nin web @x\n\nReply [\s\S]* delete your message afterwards\.$/,
    );
  });

  test.each<[Partial<StoredQuestion>, RegExp, string]>([
    [
      { state: "answered", reply: "allow", scope: "once", decidedBy: "user", userName: "Ann" },
      /✓ Allowed by Ann · \d\d:\d\d$/,
      "Already answered by Ann.",
    ],
    [
      { state: "answered", reply: "allow", scope: "session", decidedBy: "user", userName: "Ann" },
      /✓ Allowed for the session by Ann/,
      "Already answered by Ann.",
    ],
    [
      { state: "answered", reply: "deny", reason: "No.", decidedBy: "user", userName: "Ann" },
      /✗ Denied by Ann · \S+\nNo\.$/,
      "Already answered by Ann.",
    ],
    [
      { state: "answered", reply: "choose", answer: "red", decidedBy: "user", userName: "Ann" },
      /✓ Answered by Ann · \S+\nred$/,
      "Already answered by Ann.",
    ],
    [
      { state: "answered", reply: "deny", decidedBy: "policy" },
      /✗ Denied by the rules in the config/,
      "Already answered by the rules in the config.",
    ],
    [
      { state: "expired", reply: "deny", decidedBy: "time" },
      /✗ Denied: nobody answered in time/,
      "Expired: nobody answered in time.",
    ],
    [
      { state: "expired", reply: "dismiss", decidedBy: "user", userName: "Ann" },
      /✗ Left by Ann · \d\d:\d\d$/,
      "Already answered by Ann.",
    ],
    [
      { state: "expired", decidedBy: "user", userName: "Ann" },
      /✓ Resumed by Ann · \d\d:\d\d$/,
      "Already answered by Ann.",
    ],
    [{ state: "withdrawn", problem: "It broke." }, /✗ It broke\.\n\nNo longer asked\.$/, "This is not asked any more."],
  ])("that is closed says how: %j", (more, shown, told) => {
    const card = stored(command("make"), more);
    expect(render(command("make"), more).content.text).toMatch(shown);
    expect(closedText(card)).toBe(told);
    const [said, ...others] = cardButtons(card, NO_CHOICE).flat();
    expect(others).toEqual([]);
    if (more.state === "withdrawn") expect(said).toBeUndefined();
    else expect(said).toEqual({ label: expect.stringMatching(/^[A-Z][a-z ]+ [✓✗]$/), said: true });
  });

  test("whose run was cut off offers to resume or to leave it, and no other answer", () => {
    const card = stored(command("make"), { state: "expired" });
    const told = "takopi was restarted while this question was open.";
    expect(render(command("make"), { state: "expired" }).content.text).toMatch(new RegExp(`\n\n${told}$`));
    expect(closedText(card)).toBe(told);
    expect(
      cardButtons(card, NO_CHOICE)
        .flat()
        .map(({ label }) => label),
    ).toEqual(["Resume", "Leave"]);
    expect(cardButtons(card, { ...NO_CHOICE, canResume: false })).toEqual([]);
  });

  test("has the time of its answer in the reader's own zone", () => {
    const closedAt = Date.UTC(2026, 7, 1, 12, 30);
    const { content } = render(command("make"), { state: "answered", reply: "allow", decidedBy: "user", closedAt });
    expect(content.entities).toContainEqual(
      expect.objectContaining({ type: "date_time", unix_time: closedAt / 1000, date_time_format: "t", length: 5 }),
    );
  });

  test("is a message that Telegram takes, whatever the engine wrote", () => {
    const words = fc.string({ unit: "binary", maxLength: 6_000 });
    fc.assert(
      fc.property(words, words, words, (title, body, reason) => {
        const question: Question = {
          id: "1",
          kind: "command",
          title,
          body,
          reason,
          cwd: reason,
          canAllowSession: true,
        };
        for (const more of [{}, { state: "answered", reply: "deny", reason, userName: title } as const]) {
          render(question, { ...more, problem: reason });
        }
        render({ ...choice, title, body, options: [{ value: body, label: title, description: reason }] });
        for (const document of [renderReminder(stored(question)), renderAskedAgain(stored(question))]) {
          expectAccepted(toClassicMessage(document));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("its buttons", () => {
  const labels = (question: Question, chosen: readonly number[] = []) =>
    cardButtons(stored(question), { chosen: new Set(chosen), canResume: true }).map((row) =>
      row.map(({ label }) => label),
    );

  test("are those that the question takes", () => {
    const why = ["Deny, and say why"];
    expect(labels(command("x"))).toEqual([["Allow", "Deny"], why]);
    expect(labels(command("x", { canAllowSession: true }))).toEqual([["Allow", "Deny"], ["Allow for session"], why]);
    expect(labels(choice, [1])).toEqual([["☐ red"], ["☑ green"], ["Done", "Dismiss"]]);
    expect(labels({ ...choice, isMultiple: false })).toEqual([["red"], ["green"], ["Dismiss"]]);
    expect(labels({ id: "1", kind: "text", title: "?", isSecret: false })).toEqual([["Dismiss"]]);
  });

  test("carry a key and nothing that an engine wrote, within 64 bytes, however many and long the options are", () => {
    const options = Array.from({ length: 300 }, (_, index) => ({ value: `secret ${index}`, label: "🦀".repeat(200) }));
    const rows = cardButtons(stored({ ...choice, options } as Question), NO_CHOICE);
    expect(rows.flat().length).toBeLessThanOrEqual(100);
    for (const button of rows.flat()) {
      const data = "press" in button ? button.press : "";
      expect(data).toMatch(/^q:[0-9a-f]{16}:\w{1,7}$/);
      expect(parseCardPress(data)?.key).toBe(KEY);
      expect(button.label).not.toMatch(/\p{Surrogate}/u);
    }
  });

  test.each(["", "stop:r1", "q:short:allow", `q:${KEY}:run`, `q:${KEY}:100`, `q:${KEY}:allow\n`, `Q:${KEY}:allow`])(
    "%j is the data of none",
    (data) => {
      expect(parseCardPress(data)).toBeUndefined();
    },
  );
});
