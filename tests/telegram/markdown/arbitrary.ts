import fc from "fast-check";
import { times } from "../../helpers/soak.ts";

/** Text that is dense with what Markdown takes for marks. */
export const tangledMarkdown: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."*_~`[]()<>!#|-+:$\\\n \t&;\"'".split(""),
        ...["\n\n", "```", "~~~\n", "](http://a.b)", "](tg:x)", "](javascript:x)", "![a](//b.c)", "<b>", "<tg-button>"],
        ...[
          "- ",
          "1. ",
          "> ",
          "    ",
          "| a | b |\n|---|--:|\n",
          "- [x] ",
          "[^1]",
          "\n[^1]: ",
          "$$\n",
          "\\[\n",
          "\\]\n",
          "\\(",
          "\\)",
          "&#x202e;",
          "\u202e",
        ],
        ...["😀", "👩‍💻", "\ud83d", "\ude00", "\u200b", "\r\n", "\u0000", "é", "漢"],
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));

const word = fc.stringMatching(/^[a-z]{1,6}[0-9]{1,3}$/);
const phrase = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));

const inline = phrase.chain((text) =>
  fc.constantFrom(
    text,
    `**${text}**`,
    `_${text}_`,
    `~~${text}~~`,
    `\`${text}\``,
    `[${text}](https://example.com/x)`,
    `[${text}](file:///etc/passwd)`,
    `![${text}](https://example.com/i.png)`,
    `**_${text}_**`,
    `<b>${text}</b>`,
  ),
);

const line = fc.array(inline, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(" "));

const block = fc.oneof(
  line,
  line.map((text) => `## ${text}`),
  fc.array(line, { minLength: 1, maxLength: 3 }).map((items) => items.map((item) => `- ${item}`).join("\n")),
  fc.array(line, { minLength: 1, maxLength: 3 }).map((items) => items.map((item, i) => `${i + 7}. ${item}`).join("\n")),
  fc.tuple(line, line).map(([outer, inner]) => `- ${outer}\n  - ${inner}`),
  fc.tuple(line, line).map(([outer, inner]) => `> ${outer}\n>\n> > ${inner}`),
  fc.tuple(phrase, phrase).map(([first, second]) => `\`\`\`ts\n${first}\n\n  ${second}\n\`\`\``),
  fc.tuple(line, line, line, line).map(([a, b, c, d]) => `| ${a} | ${b} |\n|---|:-:|\n| ${c} | ${d} |`),
  line.map((item) => `- [x] ${item}`),
);

/** An answer as models write them, with every word that a reader must see. */
export const answerMarkdown: fc.Arbitrary<{ source: string; words: readonly string[] }> = fc
  .array(block, { minLength: 1, maxLength: 6 })
  .map((blocks) => {
    const source = blocks.join("\n\n");
    const visible = source.replace(/\]\([^)]*\)/g, "]").replace(/^```ts$/gm, "");
    return { source, words: visible.match(/[a-z]{1,6}[0-9]{1,3}/g) ?? [] };
  });

/** Whether the words occur in the text in this order. */
export function holdsInOrder(text: string, words: readonly string[]): boolean {
  let from = 0;
  return words.every((each) => {
    const at = text.indexOf(each, from);
    from = at + each.length;
    return at >= 0;
  });
}

/** Enough to find what is wrong within seconds, also on a busy machine. */
export const RUNS = { numRuns: times(60, 600) };

/** Of a test that tries many texts. */
export const PATIENCE_MS = 120_000;
