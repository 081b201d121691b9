import { expect, test, vi } from "vitest";
import { flattenRich } from "../../src/telegram/flatten-rich.ts";
import { renderFinal } from "../../src/telegram/render-final.ts";
import { PATIENCE_MS } from "./markdown/arbitrary.ts";

vi.setConfig({ testTimeout: PATIENCE_MS });

test("gives each footer line of an answer as a line of its own", async () => {
  const { parts } = await renderFinal(
    {
      label: "done",
      engine: "pi",
      elapsedMs: 5000,
      steps: 1,
      answer: "| a | b |\n|---|---|\n| **c** | d |",
      context: "ctx: web @x",
      resumeLine: "pi --session 12",
      overflow: "split",
    },
    "auto",
  );
  const text = parts.map((part) => (part.kind === "rich" ? flattenRich(part.blocks) : "")).join();
  expect(text).toBe("done · pi · 5s · step 1\na b\nc d\nctx: web @x\npi --session 12");
});

test("reads nested blocks, details and quotations", () => {
  expect(
    flattenRich([
      {
        type: "details",
        summary: ["more ", { type: "bold", text: "here" }],
        blocks: [{ type: "paragraph", text: "in" }],
      },
      { type: "list", items: [{ label: "•", blocks: [{ type: "paragraph", text: "one" }] }] },
      { type: "blockquote", blocks: [{ type: "pre", text: "x\ny" }], credit: "me" },
    ]),
  ).toBe("more here\nin\none\nx\ny\nme");
});

test("takes blocks of a kind it does not know, and no text at all", () => {
  expect(flattenRich([{ type: "hologram", text: { type: "glow", text: "seen" } }, { type: "divider" }, null, 7])).toBe(
    "seen\n7",
  );
});

test("shows where a hidden link leads, and an address once", () => {
  const link = (text: string, url: string) => ({ type: "url", url, text });
  const text = ["see ", link("this", "https://e.org/a"), " or ", link("https://e.org", "https://e.org/")];
  expect(flattenRich([{ type: "paragraph", text }])).toBe("see this (https://e.org/a) or https://e.org");
});
