/** Every construct that an answer may hold, and those that must come to nothing. */
export const MARKDOWN_SAMPLE = `# A heading
Text in **bold**, *italic*, ~~struck~~ and \`code\`, with a [link](https://example.com/docs) and a bare one:
https://example.com/plain.

## Lists
- first
  - nested
    - deeper
- second, with a line\\
  broken by hand

1. one
2. two

- [x] done
- [ ] to do

> A quotation
> of two lines.

### Code
\`\`\`ts
const answer: number = 6 * 7; // <b>not bold</b>
\`\`\`

| Name | Count | Note |
|:-----|------:|:----:|
| left | 12 | centred |
| **bold** | 3 | \`code\` |

A formula: $e^{i\\pi} + 1 = 0$, and one of its own:

$$\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}$$

A note[^1].

---

## What must not work
[click me](javascript:alert(1)), [file](file:///etc/passwd), [data](data:text/html,hi)

![a picture that must not load](https://example.com/pixel.png?secret=1)

<button onclick="alert(1)">Run</button> <tg-button type="callback_data" data="cancel">Stop</tg-button>
<script>alert(1)</script>

[^1]: The text of the note.
`;

/** An answer of at least so many characters, with headings, lists and code along its way. */
export function longAnswer(characters: number): string {
  const sections: string[] = ["# A long answer\n"];
  let length = 0;
  for (let number = 1; length < characters; number += 1) {
    const section = `${sectionText(number)}\n`;
    sections.push(section);
    length += section.length;
  }
  return sections.join("\n");
}

function sectionText(number: number): string {
  const lines = Array.from({ length: 12 }, (_, index) => `const line${index + 1} = section(${number}) + ${index};`);
  return [
    `## Section ${number}`,
    "",
    `This is paragraph ${number}. It is here to be long: an answer of this size does not fit one classic message, so it`,
    "has to arrive in several, or as one rich message, or with a file, and nothing of it may be lost on the way.",
    "",
    `- point ${number}.1, in **bold**`,
    `- point ${number}.2, in \`code\``,
    "",
    "```ts",
    ...lines,
    "```",
  ].join("\n");
}
