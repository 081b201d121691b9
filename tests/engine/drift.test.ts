import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BOUNDS } from "../../src/bounds.ts";
import { type ContractPart, driftOf, type Needs, OUT } from "../../src/engine/drift.ts";
import { shorten } from "../helpers/bounds.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "takopi-drift-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** What is missing in version 1.2.3 of an engine that is this script. */
function missing(script: string, part: ContractPart) {
  const cmd = join(home, "toy.sh");
  writeFileSync(cmd, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const drift = driftOf({ id: "toy", cmd: "toy", patterns: [], lines: { "1.2": () => [part] } });
  return drift({ options: { cmd }, env: { PATH: process.env["PATH"] }, version: "1.2.3" });
}

const flags = (of: Needs["of"]): readonly Needs[] => [{ sort: "flag", of }];

test("a name that an engine no longer says is told with what is lost, on either stream and in files", async () => {
  const script = 'echo "--json"; echo "--model" >&2; echo "turn/start" > "$3/methods.json"';
  const needs = [
    ...flags({ "--json": "any run", "--model": "models", "--color": "colours" }),
    { sort: "method", of: { "turn/start": "live runs", "turn/end": "/interrupt" } } as const,
  ];
  expect(await missing(script, { args: ["say", "--out", OUT], needs })).toEqual([
    "toy 1.2.3 has no flag --color, so this does not work: colours.",
    "toy 1.2.3 has no method turn/end, so this does not work: /interrupt.",
  ]);
});

test("what counts is how an answer shows a name, if the contract says how", async () => {
  const shown = (name: string) => new RegExp(`^${name}=yes$`, "m");
  const of = { one: "one", two: "two" };
  expect(await missing("echo one=yes; echo two=no", { args: [], needs: [{ sort: "method", shown, of }] })).toEqual([
    "toy 1.2.3 has no method two, so this does not work: two.",
  ]);
});

test.each([
  ["0.8.1", "old"],
  ["1.1.9", "old"],
  ["1.2.0", "new"],
  ["1.20.0", "new"],
  [undefined, "new"],
])("version %s is compared with the contract of its line, or of the one before it: %s", async (version, name) => {
  const cmd = join(home, "toy.sh");
  writeFileSync(cmd, "#!/bin/sh\n", { mode: 0o755 });
  const lines = {
    "0.9": () => [{ args: [], needs: flags({ old: "x" }) }],
    "1.2": () => [{ args: [], needs: flags({ new: "x" }) }],
  };
  const drift = driftOf({ id: "toy", cmd, patterns: [], lines });
  const found = await drift({ options: {}, env: { PATH: process.env["PATH"] }, version });
  const toy = version === undefined ? "toy" : `toy ${version}`;
  expect(found).toEqual([`${toy} has no flag ${name}, so this does not work: x.`]);
});

test("an engine that would go on for ever is ended as soon as it has said all", async () => {
  const part = { args: [], stdin: "hello\n", needs: flags({ "heard hello": "any run" }) };
  expect(await missing('read word; echo "heard $word"; while :; do sleep 1; done', part)).toEqual([]);
});

test("an engine that says nothing is given up", async () => {
  shorten(BOUNDS.engine, { contractMs: 300 });
  const part = { args: ["rpc"], stdin: "hello\n", needs: flags({ hello: "any run" }) };
  const lost = ["toy 1.2.3 has no flag hello, so this does not work: any run."];
  expect(await missing("while :; do sleep 1; done", part)).toEqual(lost);
});

test("an engine that cannot be started is one sentence", async () => {
  const lines = { "1.2": () => [{ args: ["x"], needs: [] }] };
  const drift = driftOf({ id: "toy", cmd: join(home, "none"), patterns: [], lines });
  expect(await drift({ options: {}, env: {} })).toEqual([
    expect.stringMatching(/^toy does not say what it can do \(`toy x`\): .*does not exist/),
  ]);
});

test("a kind of event that takopi does not know is named, once, wherever in the answer it stands", async () => {
  const kinds = { pattern: /event:(\w+)/g, known: new Set(["begun"]) };
  const script = "echo --all; echo event:begun event:grown event:grown";
  expect(await missing(script, { args: ["events"], needs: flags({ "--all": "any run" }), kinds })).toEqual([
    "toy 1.2.3 tells of grown, which takopi does not know and leaves out.",
  ]);
});
