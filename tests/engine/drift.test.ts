import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { type ContractPart, driftOf, OUT } from "../../src/engine/drift.ts";
import { shorten } from "../helpers/bounds.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "takopi-drift-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** What is missing in an engine that is this script. */
function missing(script: string, part: ContractPart) {
  const cmd = join(home, "toy.sh");
  writeFileSync(cmd, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const drift = driftOf({ id: "toy", cmd: "toy", patterns: [], parts: () => [part] });
  return drift({ options: { cmd }, env: { PATH: process.env["PATH"] } });
}

test("a word that an engine no longer says is told with what is lost, on either stream and in files", async () => {
  const script = 'echo "--json"; echo "--model" >&2; echo "turn/start" > "$3/methods.json"';
  const needs = { "--json": "any run", "--model": "models", "turn/start": "live runs", "--color": "colours" };
  expect(await missing(script, { args: ["say", "--out", OUT], needs })).toEqual([
    "`toy say --out {out}` knows no --color, so this does not work: colours.",
  ]);
});

test("an engine that would go on for ever is ended as soon as it has said all", async () => {
  const part = { args: [], stdin: "hello\n", needs: { "heard hello": "any run" } };
  expect(await missing('read word; echo "heard $word"; while :; do sleep 1; done', part)).toEqual([]);
});

test("an engine that says nothing is given up", async () => {
  shorten(BOUNDS.engine, { contractMs: 300 });
  const part = { args: ["rpc"], stdin: "hello\n", needs: { hello: "any run" } };
  const lost = ["`toy rpc` knows no hello, so this does not work: any run."];
  expect(await missing("while :; do sleep 1; done", part)).toEqual(lost);
});

test("an engine that cannot be started is one sentence", async () => {
  const drift = driftOf({
    id: "toy",
    cmd: join(home, "none"),
    patterns: [],
    parts: () => [{ args: ["x"], needs: {} }],
  });
  expect(await drift({ options: {}, env: {} })).toEqual([
    expect.stringMatching(/^`toy x` tells nothing: .*does not exist/),
  ]);
});

test("a kind of event that takopi does not know is named, once", async () => {
  const kinds = { pattern: /event:(\w+)/g, known: new Set(["begun"]) };
  const script = "echo event:begun event:grown event:grown";
  expect(await missing(script, { args: ["events"], needs: {}, kinds })).toEqual([
    "`toy events` tells of grown, which takopi does not know and leaves out.",
  ]);
});
