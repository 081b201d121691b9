import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { demo } from "../../runners/demo/index.ts";
import type { ActionEvent, Completed, RunEvent, ShownEvent } from "../../src/domain/events.ts";
import type { Reply } from "../../src/domain/question.ts";
import type { Logger } from "../../src/log.ts";
import { type DrivenRun, openDriven } from "../helpers/driven.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "demo-engine-"));
  await writeFile(join(cwd, "README.md"), "# A project\n\nWith two paragraphs.\n");
  await writeFile(join(cwd, "main.ts"), "export {};\n");
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

function open(prompt: string, session?: string): DrivenRun {
  return openDriven(demo, {
    prompt,
    session,
    cwd,
    options: { pace_ms: 0, session_dir: join(cwd, ".sessions") } as object,
    env: { PATH: process.env["PATH"] },
    log: quiet,
  });
}

async function play(prompt: string, resume?: string): Promise<{ events: RunEvent[]; end: Completed }> {
  const events: RunEvent[] = [];
  for await (const event of open(prompt, resume)) events.push(event);
  return { events, end: events.at(-1) as Completed };
}

test("it starts, uses tools, and answers with what is really there", async () => {
  const { events, end } = await play("list the files here");
  expect(events[0]).toMatchObject({ type: "started", engine: "demo", title: "demo", resume: { engine: "demo" } });
  const done = events.filter((event): event is ActionEvent => event.type === "action" && event.phase === "completed");
  expect(done.map(({ action, ok }) => [action.title, ok])).toEqual([
    ["ls: `.`", true],
    ["read: `README.md`", true],
    ["wc -l main.ts README.md", true],
  ]);
  expect(end).toMatchObject({ type: "completed", engine: "demo", ok: true });
  expect(end.answer).toContain("- `main.ts`");
  expect(end.answer).toContain("| `README.md` | 3 |");
  expect(end.answer).toContain("# A project");
  expect(end.usage?.outputTokens).toBeGreaterThan(0);
});

test("a reply goes on with its session and knows what was said", async () => {
  const first = await play("look around");
  const second = await play("what did I say before?", first.end.resume?.value);
  expect(second.end.resume).toEqual(first.end.resume);
  expect(second.end.answer).toContain("“look around”");
});

test("an unknown session is an error and no new beginning", async () => {
  const { end } = await play("go on", "b5b4f5de-0000-4000-8000-000000000000");
  expect(end.ok).toBe(false);
  expect(end.error).toContain("No session found");
});

test("a failure has a failed tool and the model's words", async () => {
  const { events, end } = await play("fail, please");
  expect(events).toContainEqual(expect.objectContaining({ type: "action", phase: "completed", ok: false }));
  expect(end).toMatchObject({ ok: false, error: expect.stringContaining("overloaded") });
});

test("a long answer has 60,000 characters", async () => {
  const { end } = await play("a long one");
  expect(end.answer.length).toBeGreaterThanOrEqual(60_000);
});

test("the sample of Markdown holds what must do no harm", async () => {
  const { end } = await play("markdown");
  expect(end.answer).toContain("javascript:");
  expect(end.answer).toContain("<tg-button");
});

test("a run that sleeps can be stopped", async () => {
  const run = open("sleep 600");
  const events: RunEvent[] = [];
  for await (const event of run) {
    events.push(event);
    if (event.type === "action") await run.stop("stopped by the test");
  }
  expect(events.at(-1)).toMatchObject({ type: "completed", ok: false, error: "stopped by the test" });
});

test("its resume line reads back", () => {
  expect(demo.resume.parse(demo.resume.format("0199-ab"))).toBe("0199-ab");
  expect(demo.resume.parse("pi --session 0199-ab")).toBeUndefined();
});

describe("interactive", () => {
  const openLive = (prompt: string) =>
    openDriven(demo, {
      prompt,
      cwd,
      options: { interactive: true, pace_ms: 0, session_dir: join(cwd, ".sessions") } as object,
      env: { PATH: process.env["PATH"] },
      log: quiet,
    });

  /** Answers each question with `reply`. */
  async function answer(run: DrivenRun, reply: Reply): Promise<ShownEvent[]> {
    const events: ShownEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "question") void run.controls.answer(event.question.id, reply);
    }
    return events;
  }

  test("it asks before it runs the tests, and writes its answer step by step", async () => {
    const events = await answer(openLive("fix the failing test"), { type: "allow", scope: "once" });
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === "question")).toHaveLength(1);
    expect(types.indexOf("text")).toBeGreaterThan(types.indexOf("resolved"));
    const end = events.at(-1) as Completed;
    expect(end).toMatchObject({ type: "completed", ok: true });
    expect(end.answer).toContain("```diff");
  });

  test("denied, it changes nothing and says so", async () => {
    const events = await answer(openLive("fix the failing test"), { type: "deny" });
    expect((events.at(-1) as Completed).answer).toContain("I changed nothing");
    expect(events.some((event) => event.type === "action" && event.action.kind === "file_change")).toBe(false);
  });

  test("a question has options, and the choice is in the answer", async () => {
    const events = await answer(openLive("ask me how to go on"), { type: "choose", values: ["quick"] });
    expect((events.at(-1) as Completed).answer).toContain("You chose **quick**");
  });

  test("it can be stopped while it waits for an answer", async () => {
    const run = openLive("fix the failing test");
    const events: ShownEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "question") void run.stop("cancelled");
    }
    expect(events.at(-1)).toMatchObject({ type: "completed", ok: false });
  });
});
