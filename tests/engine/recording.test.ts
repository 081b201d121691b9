import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { codex } from "../../runners/codex/index.ts";
import { pi } from "../../runners/pi/index.ts";
import { BOUNDS } from "../../src/bounds.ts";
import type { ShownEvent } from "../../src/domain/events.ts";
import { shorten } from "../helpers/bounds.ts";
import { type Asked, host, openDriven } from "../helpers/driven.ts";
import { noLog, replay } from "../helpers/recordings.ts";
import { childProgram, collect, createToy, recordingLog } from "./toy.ts";

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "takopi-recording-")), "recordings");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));
afterAll(() => host.close());

const files = () => readdirSync(folder).map((name) => join(folder, name));

/** Runs the scripted pi, which does what the words of a prompt say, and gives what it told. */
async function ask(prompt: string, more: Partial<Asked> = {}): Promise<ShownEvent[]> {
  const options = { cmd: childProgram("pi-rpc"), interactive: true, record: folder };
  const asked = { prompt, cwd: process.cwd(), env: process.env, log: noLog, options, ...more };
  return (await collect(openDriven(pi, asked))) as ShownEvent[];
}

test("a live run is written down in both directions, for its owner alone, and replayed as it was told", async () => {
  const events = await ask("twice answer");
  const [file = ""] = files();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ takopi: "recording", engine: "pi", isLive: true });
  expect(lines).toContainEqual({
    dir: "out",
    line: expect.stringContaining('"type":"prompt","message":"twice answer"'),
  });
  expect(lines).toContainEqual({ dir: "in", line: expect.stringContaining('"type":"agent_settled"') });
  expect(await replay(pi, [readFileSync(file)])).toEqual(events);
});

test("a headless run is read again from what its engine printed", async () => {
  const toy = createToy();
  const program = childProgram("prints");
  const lines = ['{"type":"session","id":"s1"}', '{"type":"text","text":"Hello."}', '{"type":"done"}'];
  const options = { extra_args: [program, ...lines], record: folder };
  const asked = { prompt: "hello", cwd: process.cwd(), env: process.env, log: recordingLog(), options };
  const events = await collect(openDriven(toy, asked));
  const [file = ""] = files();
  const text = readFileSync(file, "utf8");
  expect(events.map(({ type }) => type)).toEqual(["started", "completed"]);
  expect(text).toContain('{"dir":"out","line":"hello"}');
  expect(await replay(toy, [Buffer.from(text)])).toEqual(events);
});

test("no secret of the environment gets into a recording", async () => {
  const env = { ...process.env, WORK_API_KEY: "very-secret-value" };
  await ask("answer very-secret-value 123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc", { env });
  const text = files()
    .map((file) => readFileSync(file, "utf8"))
    .join();
  expect(text).toContain("[REDACTED]");
  expect(text).not.toMatch(/very-secret-value|AAEhBOweik6ad9r/);
});

test("nor does a key of the config, wherever it stands there", async () => {
  const file = join(folder, "../key");
  writeFileSync(file, "key-of-a-file\n");
  const mcp = { one: { url: "https://example.org", headers: { Authorization: "Bearer key-of-a-server" } } };
  const options = {
    cmd: childProgram("codex-app-server"),
    interactive: true,
    sandbox: "read-only",
    record: folder,
    mcp,
  };
  const prompt = "answer key-of-a-file key-of-a-server";
  const setup = { prompt, cwd: process.cwd(), env: process.env, log: noLog };
  const asked = { ...setup, options: { ...options, api_key: { file } } };
  expect((await collect(openDriven(codex, asked))).at(-1)).toMatchObject({ type: "completed", ok: true });
  const [recording = ""] = files();
  const text = readFileSync(recording, "utf8");
  expect(text).toContain("[REDACTED] [REDACTED]");
  expect(text).not.toMatch(/key-of-a/);
});

test("only the newest runs are kept, and of each no more than there is room for", async () => {
  shorten(BOUNDS.recording, { runs: 2, bytes: 2000 });
  for (const words of ["answer", "answer", "answer answer answer answer answer answer"]) {
    expect((await ask(words)).at(-1)).toMatchObject({ type: "completed", ok: true });
  }
  expect(files()).toHaveLength(2);
  for (const file of files()) expect(statSync(file).size).toBeLessThanOrEqual(2000);
});

test("a folder that cannot be made costs the recording, not the run", async () => {
  const log = recordingLog();
  const options = { cmd: childProgram("pi-rpc"), interactive: true, record: "/dev/null/recordings" };
  expect((await ask("answer", { options, log })).at(-1)).toMatchObject({ type: "completed", ok: true });
  expect(log.entries.filter(({ event }) => event === "recording.failed")).toHaveLength(1);
});
