import { describe, expect, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { readRecording, recordingsOf, replay } from "../helpers/recordings.ts";

const linesOf = (id: string, name: string): readonly string[] =>
  readRecording(id, name).toString("utf8").split("\n").filter(Boolean);
const toChunks = (lines: readonly string[]) => [Buffer.from(`${lines.join("\n")}\n`)];

/** The same line in another spelling; what is no JSON stays. */
const respelt = (spell: (value: Record<string, unknown>, index: number) => string) => (line: string, index: number) => {
  try {
    return spell(JSON.parse(line), index);
  } catch {
    return line;
  }
};

/** The same with a field that nobody knows, in it and in all objects within. */
function widened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(widened);
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return value;
  const known = Object.entries(value).map(([key, part]) => [key, widened(part)]);
  return Object.fromEntries([...known, ["novelty", { deep: [1] }]]);
}

const NOTICE = 'update: {"type":"notice","say":"{\\"type\\":1}"} is out ';
const spellings: Readonly<Record<string, (line: string, index: number) => string>> = {
  "with spaces and tabs between its signs": respelt((value) =>
    JSON.stringify(value, undefined, "\t").replaceAll("\n", " "),
  ),
  "with a carriage return": (line) => `${line}\r`,
  "with every sign that may be escaped": respelt((value) =>
    JSON.stringify(value).replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ),
  "behind a notice without a line end": respelt(
    (value, index) => `${index % 2 ? "\u001b[2m! " : NOTICE}${JSON.stringify(value)}`,
  ),
};

describe.each(["pi", "codex", "opencode", "claude"])("each recording of %s", (id) => {
  const engine = engines.find((one) => one.id === id);
  if (!engine) throw new Error(id);

  test.each(Object.entries(spellings))("says the same %s", async (_, spell) => {
    for (const name of recordingsOf(id)) {
      const lines = linesOf(id, name);
      const plain = await replay(engine, toChunks(lines));
      expect(await replay(engine, toChunks(lines.map(spell))), name).toEqual(plain);
    }
  });

  test("says the same with fields that nobody knows", async () => {
    const widen = respelt((value) => JSON.stringify(widened(value)));
    for (const name of recordingsOf(id)) {
      const lines = linesOf(id, name);
      const kinds = (events: Awaited<ReturnType<typeof replay>>) =>
        events.map((event) => (event.type === "completed" ? event : event.type));
      expect(kinds(await replay(engine, toChunks(lines.map(widen)))), name).toEqual(
        kinds(await replay(engine, toChunks(lines))),
      );
    }
  });
});
