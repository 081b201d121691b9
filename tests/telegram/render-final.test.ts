import type { MessageEntity } from "@grammyjs/types";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { TextFile } from "../../src/chat/document.ts";
import type { OutcomeView } from "../../src/chat/outcome.ts";
import { type MessageMode, renderFinal } from "../../src/telegram/render-final.ts";
import { answerMarkdown, PATIENCE_MS, RUNS, tangledMarkdown } from "./markdown/arbitrary.ts";
import { expectAccepted, withoutSpace } from "./rules.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

const HEADER = "done · codex · 1m 05s · step 3";
const FOOTER = "ctx: web @feat/x\ncodex resume 0199a213";

const view = (answer: string, more: Partial<OutcomeView> = {}): OutcomeView => ({
  label: "done",
  engine: "codex",
  elapsedMs: 65_000,
  steps: 3,
  context: "ctx: web @feat/x",
  resumeLine: "codex resume 0199a213",
  answer,
  overflow: "split",
  ...more,
});

async function classicTexts(final: OutcomeView, mode: MessageMode = "classic"): Promise<readonly string[]> {
  const { parts } = await renderFinal(final, mode);
  for (const part of parts) expectAccepted(part);
  return parts.map((part) => (part.kind === "classic" ? part.text : "rich"));
}

const prose = (length: number) =>
  "Some words of an answer. "
    .repeat(Math.ceil(length / 25))
    .slice(0, length)
    .trim();
const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index} ${prose(500)}`).join("\n\n");

test("is header, answer and footer with blank lines between", async () => {
  const { parts } = await renderFinal(view("The **answer**."), "auto");
  expect(parts).toEqual([
    {
      kind: "classic",
      text: `${HEADER}\n\nThe answer.\n\n${FOOTER}`,
      entities: [
        { type: "bold", offset: 36, length: 6 },
        { type: "code", offset: 45, length: 16 },
        { type: "code", offset: 62, length: 21 },
      ],
    },
  ]);
});

test("counts what was denied above the context", async () => {
  const [one, two] = await Promise.all([1, 2].map((denied) => classicTexts(view("a", { denied }))));
  expect(one).toEqual([`${HEADER}\n\na\n\n1 step was denied.\n${FOOTER}`]);
  expect(two).toEqual([`${HEADER}\n\na\n\n2 steps were denied.\n${FOOTER}`]);
});

test("leaves out what there is none of", async () => {
  const bare = view("a", { steps: 0, context: undefined, resumeLine: undefined });
  expect(await classicTexts(bare)).toEqual(["done · codex · 1m 05s\n\na"]);
  expect(await classicTexts(view(" \n"))).toEqual([`${HEADER}\n\n${FOOTER}`]);
});

const RESUME = "code: codex resume 0199a213";
const formatsOf = (part: { readonly text: string; readonly entities: readonly MessageEntity[] }) =>
  part.entities.map(({ type, offset, length }) => `${type}: ${part.text.slice(offset, offset + length)}`);

test.each([
  ["code in a row", (index: number) => `\`c${index}\``, ", ", 130],
  ["code apart", (index: number) => `\`c${index}\``, " and ", 200],
  ["bold and code", (index: number) => `**b${index}** \`c${index}\``, " or ", 90],
  ["long addresses", (index: number) => `[l${index}](https://e.com/${"x".repeat(200)}${index})`, " and ", 60],
])("keeps the resume line in code below more %s than a message may hold", async (_, item, separator, count) => {
  const answer = Array.from({ length: count }, (_, index) => item(index)).join(separator);
  const { parts } = await renderFinal(view(answer), "classic");
  expect(parts).toHaveLength(1);
  for (const part of parts) {
    expectAccepted(part);
    expect(part.kind === "classic" && formatsOf(part).at(-1)).toBe(RESUME);
  }
  const whole = await renderFinal(view(answer), "auto");
  expect(whole.parts.map(({ kind }) => kind)).toEqual(["rich"]);
  for (const part of whole.parts) expectAccepted(part);
});

test("joins code in a row, and leaves out bold before code, if there are too many formats", async () => {
  const many = (item: (index: number) => string, separator: string) =>
    renderFinal(view(Array.from({ length: 80 }, (_, index) => item(index)).join(separator)), "classic");
  const [mixed] = (await many((index) => `**b${index}** \`c${index}\``, " or ")).parts;
  const types = mixed?.kind === "classic" ? mixed.entities.map(({ type }) => type) : [];
  expect(types.filter((type) => type === "code")).toHaveLength(82);
  expect(types.filter((type) => type === "bold")).toHaveLength(18);
  const [row] = (await many((index) => `\`c${index}\`, \`d${index}\``, ", ")).parts;
  expect(row?.kind === "classic" && row.entities).toHaveLength(3);
});

test("shows an error below the answer, as it stands, and not twice", async () => {
  const error = "exit code 1\n**stderr** <b>";
  const frame = { context: undefined, resumeLine: undefined, label: "error" };
  const header = HEADER.replace("done", "error");
  expect(await classicTexts(view("half", { ...frame, error }))).toEqual([`${header}\n\nhalf\n\n${error}`]);
  expect(await classicTexts(view("", { ...frame, error }))).toEqual([`${header}\n\n${error}`]);
  expect(await classicTexts(view(`${error}\n`, { ...frame, error }))).toEqual([`${header}\n\nexit code 1\nstderr <b>`]);
});

test("chooses rich in auto if classic would lose the form or take several messages", async () => {
  const kindOf = async (answer: string, mode: MessageMode = "auto") =>
    (await renderFinal(view(answer), mode)).parts.map(({ kind }) => kind);
  expect(await kindOf("- a\n- b")).toEqual(["classic"]);
  expect(await kindOf("| a |\n|---|\n| b |")).toEqual(["rich"]);
  expect(await kindOf(paragraphs(12))).toEqual(["rich"]);
  expect(await kindOf("a", "rich")).toEqual(["rich"]);
  expect(await kindOf("| a |\n|---|\n| b |", "classic")).toEqual(["classic"]);
  expect(await kindOf("- a\n".repeat(300), "rich")).toEqual(["classic"]);
});

test("repeats header and footer in every part, and numbers those that follow", async () => {
  const answer = paragraphs(20);
  const texts = await classicTexts(view(answer));
  expect(texts).toHaveLength(3);
  const heads = texts.map((text) => text.split("\n\n")[0]);
  expect(heads).toEqual([HEADER, `${HEADER} · continued (2/3)`, `${HEADER} · continued (3/3)`]);
  const bodies = texts.map((text) => {
    expect(text.endsWith(`\n\n${FOOTER}`)).toBe(true);
    return text.slice(text.indexOf("\n\n"), -FOOTER.length);
  });
  expect(withoutSpace(bodies.join(""))).toBe(withoutSpace(answer));
});

const wholeOf = (file: TextFile | undefined) => [file?.text, ...(file?.rest?.() ?? [])].join("");

test("sends the pieces of a long answer, and what went wrong, in one file", async () => {
  const rest = () => ["more\n", "end"];
  const { file } = await renderFinal({ ...view(prose(60_000), { error: "out of tokens" }), rest }, "auto");
  expect(wholeOf(file)).toBe(`${prose(60_000)}more\nend\n\nout of tokens`);
});

test("sends the beginning and the whole as a file past five parts", async () => {
  for (const answer of [`# a\n\n${paragraphs(80)}`, prose(60_000), "x\n".repeat(2_500_000)]) {
    const { parts, file } = await renderFinal(view(answer), "auto");
    expect(file?.name).toBe("answer.md");
    expect(wholeOf(file) === answer).toBe(true);
    expect(parts).toHaveLength(1);
    for (const part of parts) expectAccepted(part);
    expect(parts[0]).toMatchObject({ text: expect.stringContaining(`…\n\n${FOOTER}`) });
  }
});

test("shows the error beside the beginning of a long answer", async () => {
  const { parts, file } = await renderFinal(view(paragraphs(60), { error: "out of tokens" }), "classic");
  expect(parts[0]).toMatchObject({ text: expect.stringContaining("…\n\nout of tokens\n\n") });
  expect(wholeOf(file)).toContain("out of tokens");
});

test("cuts to one message if the configuration says trim", async () => {
  const { parts, file } = await renderFinal(view(paragraphs(20), { overflow: "trim" }), "classic");
  expect(file).toBeUndefined();
  expect(parts).toHaveLength(1);
  for (const part of parts) expectAccepted(part);
  expect(parts[0]).toMatchObject({ text: expect.stringMatching(/^done[\s\S]*…\n\nctx: web/) });
});

test("has no entities in plain mode, and shows where links lead", async () => {
  const { parts } = await renderFinal(view("**a** [b](https://e.com/c)"), "plain");
  expect(parts).toEqual([{ kind: "classic", text: `${HEADER}\n\na b (https://e.com/c)\n\n${FOOTER}`, entities: [] }]);
});

test("stays within a message however long the footer's lines are", async () => {
  const long = view(paragraphs(8), {
    context: `ctx: ${"x".repeat(9000)}`,
    resumeLine: "y".repeat(9000),
    error: prose(9000),
  });
  expect((await classicTexts(long)).length).toBeGreaterThan(0);
});

test("gives messages that Telegram takes, whatever the answer and the mode", async () => {
  const answers = fc.oneof(
    tangledMarkdown,
    fc.tuple(tangledMarkdown, fc.integer({ min: 1, max: 120 })).map(([text, times]) => `${text} `.repeat(times)),
    answerMarkdown.map(({ source }) => source),
  );
  const modes = fc.constantFrom<MessageMode>("auto", "rich", "classic", "plain");
  await fc.assert(
    fc.asyncProperty(answers, modes, fc.constantFrom("trim", "split"), async (answer, mode, overflow) => {
      const { parts } = await renderFinal(view(answer, { overflow }), mode);
      expect(parts.length).toBeGreaterThan(0);
      expect(parts.length).toBeLessThanOrEqual(5);
      for (const part of parts) expectAccepted(part);
    }),
    RUNS,
  );
});
