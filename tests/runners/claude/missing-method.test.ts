import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { claude } from "../../../runners/claude/index.ts";
import type { EngineOptions } from "../../../src/engine/options.ts";
import { childProgram } from "../../engine/toy.ts";
import { host, openDriven, toSession } from "../../helpers/driven.ts";
import { follow } from "../../helpers/follow.ts";
import { noLog } from "../../helpers/recordings.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "claude-missing-"));
});
afterEach(() => host.close());
afterAll(() => rmSync(folder, { recursive: true }));

const setup = (lacks: string) => ({
  ...{ cwd: process.cwd(), env: process.env, log: noLog },
  options: {
    ...{ cmd: childProgram("claude-stream"), interactive: true },
    env: { LACKS: lacks, CLAUDE_CONFIG_DIR: folder },
  } as EngineOptions,
});

const open = (lacks: string, prompt: string, session?: string) =>
  follow(openDriven(claude, { ...setup(lacks), prompt, session }));

test.each([
  ["rename", "rename_session"],
  ["models", "list_models"],
  ["commands", "initialize"],
  ["nothing", "get_usage"],
])("a claude loses %s without the request %s, and no other ability", async (lost, request) => {
  const first = await open(request, "answer").finished;
  const session = first.completed.resume?.value ?? "";
  // The second process begins with the counters of the first.
  await host.close();
  const second = await open(request, "answer", session).finished;
  for (const { completed } of [first, second]) {
    expect(completed).toMatchObject({ ok: true, answer: "Hello.", usage: { inputTokens: 7 } });
  }
  const { operations } = claude;
  const abilities = {
    rename: () => operations.rename?.(toSession(setup(request), session), "x"),
    compact: () => operations.compact?.(toSession(setup(request), session)),
    models: () => operations.models?.(toSession(setup(request), "")),
    commands: () => operations.commands?.(toSession(setup(request), "")),
  };
  for (const [name, use] of Object.entries(abilities)) {
    if (name !== lost) await use();
    else await expect(use()).rejects.toThrow(/^The installed version of claude cannot do this .*`takopi doctor`/);
  }
});

const isCommand = ({ type }: { readonly type: string }) => type === "action";

test.each(["", "interrupt"])(
  "a claude that lacks %j takes a message while it works, and can be stopped",
  async (lacks) => {
    const steered = open(lacks, "hold");
    await steered.event(isCommand);
    await steered.run.controls.steer("Look again.");
    const { completed } = await steered.finished;
    expect(completed).toMatchObject({ ok: true, answer: "Look again." });

    const session = completed.resume?.value;
    const cut = open(lacks, "hold", session);
    await cut.event(isCommand);
    await cut.run.controls.interrupt();
    expect((await cut.finished).completed).toMatchObject({
      ok: false,
      error: "interrupted",
      resume: { value: session },
    });
    expect((await open(lacks, "answer", session).finished).completed).toMatchObject({ ok: true, answer: "Hello." });
  },
);
