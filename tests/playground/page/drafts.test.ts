import { expect, test } from "vitest";
import { Drafts } from "../../../src/playground/page/drafts.ts";

/** Storage as the browser has it, kept over a "reload". */
function storage() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => void items.set(key, text),
    removeItem: (key: string) => void items.delete(key),
  };
}

test("each conversation keeps its own draft", () => {
  const drafts = new Drafts(storage());
  drafts.change("1", { text: "one" });
  drafts.change("2", { text: "two" });
  expect([drafts.get("1").text, drafts.get("2").text, drafts.get("3").text]).toEqual(["one", "two", ""]);
});

test("texts survive a reload until they are taken", () => {
  const kept = storage();
  new Drafts(kept).change("1", { text: "half a thought" });
  expect(new Drafts(kept).take("1").text).toBe("half a thought");
  expect(new Drafts(kept).get("1").text).toBe("");
});

test("taking a draft empties its files and its reply too", () => {
  const drafts = new Drafts(storage());
  drafts.change("1", { files: [new File(["x"], "a.txt")] });
  expect(drafts.take("1").files).toHaveLength(1);
  expect(drafts.get("1")).toEqual({ text: "", files: [], replyTo: undefined });
});
