import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { launch, toArgs } from "../../../runners/codex/launch.ts";
import { type CodexOptions, codexOptions } from "../../../runners/codex/options.ts";
import type { RunRequest } from "../../../src/engine/contract.ts";
import { toRequest } from "../../helpers/driven.ts";

const THREAD = "01a1fd69-eec0-7f60-afdf-46a8ca1726da";
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "codex-home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
const request = (session?: string, options: CodexOptions = {}): RunRequest & { options: CodexOptions } => ({
  ...toRequest({ prompt: "resume", cwd: "/repo/", env: { HOME: "/nowhere", CODEX_HOME: home }, options, log, session }),
  options,
});

test("without options codex decides everything but the stream, and reads the prompt from stdin", async () => {
  const { file, args, stdin, state } = await launch(request());
  expect([file, ...args].join(" ")).toBe(
    "codex -c features.unbounded_connection_retries=false -c notify=[] exec --json --skip-git-repo-check --color=never -",
  );
  expect(stdin).toBe("resume");
  expect(state.cwd).toBe("/repo");
});

test("every option is a flag, and all of them stand before `resume`", () => {
  const options = {
    extra_args: ["--search"],
    model: "gpt-5.5",
    profile: "work",
    sandbox: "workspace-write",
    reasoning_effort: "high",
    reasoning_summary: "detailed",
    service_tier: "flex",
    personality: "none",
    system_prompt: 'Say "yes".',
    ephemeral: true,
    add_dirs: ["/srv/a", "/srv/b"],
  } as const;
  expect(toArgs(codexOptions.parse(options), { thread: THREAD }).slice(2)).toEqual([
    ...["--search", "exec", "--json", "--skip-git-repo-check", "--color=never"],
    ...["--sandbox=workspace-write", "--profile=work", "--model=gpt-5.5"],
    ...["-c", "model_reasoning_effort=high", "-c", "model_reasoning_summary=detailed"],
    ...["-c", "service_tier=flex", "-c", "personality=none", "-c", 'instructions="Say \\"yes\\"."'],
    ...["--add-dir=/srv/a", "--add-dir=/srv/b", "resume", THREAD, "-"],
  ]);
});

test("only a new thread can be left unkept", () => {
  expect(toArgs({ ephemeral: true })).toContain("--ephemeral");
});

test("the profile's name is the run's title", async () => {
  expect((await launch(request(undefined, { profile: "work" }))).state.title).toBe("work");
});

test.each(["--json", "--color=always", "-o", "--output-schema=x.json", "--skip-git-repo-check"])(
  "%s among the extra arguments is refused at its place",
  (argument) => {
    const { error } = codexOptions.safeParse({ extra_args: ["-c", "notify=[]", argument] });
    expect(error?.issues[0]).toMatchObject({ path: ["extra_args", 2], message: expect.stringContaining("codex exec") });
  },
);

test("a sandbox and a key that codex does not have are refused", () => {
  expect(codexOptions.safeParse({ sandbox: "none" }).success).toBe(false);
  expect(codexOptions.safeParse({ sandbx: "read-only" }).success).toBe(false);
  expect(codexOptions.safeParse({ reasoning_effort: "high -c x=1" }).success).toBe(false);
});

test.each(["my-thread", THREAD.slice(0, 8), "--last"])("a thread is never resumed by %s", async (value) => {
  await expect(launch(request(value))).rejects.toThrow("is not a Codex thread");
});

function writeRollout(day: string, lines: readonly string[]): void {
  const folder = join(home, "sessions", ...day.split("-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `rollout-${day}T09-22-20-${THREAD}.jsonl`), `${lines.join("\n")}\n`);
}
const totals = (input: number) => ({
  input_tokens: input,
  cached_input_tokens: 40,
  cache_write_input_tokens: 0,
  output_tokens: 20,
  reasoning_output_tokens: 5,
});
const counted = (input: number) =>
  JSON.stringify({
    type: "event_msg",
    payload: { type: "token_count", info: { total_token_usage: { ...totals(input), total_tokens: 0 } } },
  });
const before = async () => (await launch(request(THREAD))).state.before;

// The thread's id says that it began at 2026-11-21T09:22:20Z.
test.each(["2026-11-21", "2026-11-20", "2026-11-22"])(
  "a resumed thread's earlier totals are the last ones in its file, also when its local date was %s",
  async (day) => {
    writeRollout(day, [
      counted(100),
      counted(300),
      '{"type":"event_msg","payload":{"type":"token_count","info":null}}',
    ]);
    expect(await before()).toEqual(totals(300));
  },
);

test("they are found before a long output, and behind a line that was cut", async () => {
  writeRollout("2026-11-21", [
    counted(300),
    JSON.stringify({ output: "x".repeat(200_000) }),
    '{"type":"token_count", "cu',
  ]);
  expect(await before()).toEqual(totals(300));
});

test("a thread that was killed before it counted begins at zero, as codex itself counts on", async () => {
  writeRollout("2026-11-21", ['{"type":"session_meta"}']);
  expect(await before()).toMatchObject({ input_tokens: 0, output_tokens: 0 });
});

test("the totals are unknown if the thread has no file", async () => {
  expect(await before()).toBeUndefined();
});
