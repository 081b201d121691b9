import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Completed, RunEvent } from "../../src/domain/events.ts";
import { isAlive, markedProcesses } from "../../src/engine/marked.ts";
import { EngineError } from "../../src/errors.ts";
import { collect, createToy, openChild, recordingLog, until } from "./toy.ts";

/** The last event, which must be the only outcome. */
function outcome(events: readonly RunEvent[]): Completed {
  const last = events.at(-1);
  expect(events.filter(({ type }) => type === "completed")).toHaveLength(1);
  if (last?.type !== "completed") throw new Error(`ends with ${last?.type}`);
  return last;
}

const run = async (program: string, setup: Parameters<typeof openChild>[1] = {}): Promise<RunEvent[]> =>
  collect(openChild(program, setup).run);

describe("an end before any output", () => {
  const engine = createToy({ mayRetry: (stderr) => stderr.includes("database is locked") });
  const starts = async (times: number, toy = engine) => {
    const directory = mkdtempSync(join(tmpdir(), "takopi-retry-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "starts");
    const events = await run("locked-at-first", { args: [file, `${times}`], engine: toy });
    return { completed: outcome(events), count: readFileSync(file, "utf8").length };
  };

  test("is tried once more if the engine says so", async () => {
    expect(await starts(1)).toMatchObject({ completed: { ok: true, answer: "whole" }, count: 2 });
  });

  test("is told if the second try ends like that too, and at once by other engines", async () => {
    const error = expect.stringContaining("database is locked");
    expect(await starts(2)).toMatchObject({ completed: { ok: false, error }, count: 2 });
    expect(await starts(1, createToy())).toMatchObject({ completed: { ok: false, error }, count: 1 });
  });
});

describe("output", () => {
  test("a last line without a newline counts", async () => {
    expect(outcome(await run("last-line-without-newline"))).toMatchObject({ ok: true, answer: "whole" });
  });

  test("U+2028 inside a string and CRLF line ends change nothing", async () => {
    const lines = ['{"type":"text","text":"a\u2028b"}\r', '{"type":"done"}\r'];
    expect(outcome(await run("prints", { args: lines }))).toMatchObject({ ok: true, answer: "a\u2028b" });
  });

  test("garbage is skipped, and each kind of it logged once", async () => {
    const log = recordingLog();
    expect(outcome(await run("garbage", { log }))).toMatchObject({ ok: true, answer: "good" });
    const skipped = log.entries.filter(({ event }) => event === "engine.line_skipped");
    expect(skipped.map(({ fields }) => fields)).toEqual([
      { kind: "malformed" },
      { kind: "unknown_type", type: "novelty" },
      { kind: "unexpected_shape", type: "text", where: "text: invalid_type" },
    ]);
    const counts = log.entries.find(({ event }) => event === "engine.lines_skipped")?.fields;
    expect(counts).toMatchObject({ counts: { malformed: 17, "unknown_type novelty": 2, "unexpected_shape text": 1 } });
  });

  test("a line of 20 MB arrives whole", async () => {
    const { answer } = outcome(await run("long-line", { args: ["20000000"] }));
    expect(answer.length).toBe(20_000_004);
    expect(answer.endsWith("xx end")).toBe(true);
  });

  test("a line over the limit is skipped with a warning, and the lines behind it are read", async () => {
    const log = recordingLog();
    const engine = createToy({ maxLineBytes: 100_000 });
    expect(outcome(await run("long-line", { args: ["200000"], engine, log }))).toMatchObject({
      ok: true,
      answer: " end",
    });
    expect(log.entries).toContainEqual({ level: "warn", event: "engine.line_too_long", fields: { count: 1 } });
  });

  test("lines after the outcome are ignored", async () => {
    const lines = ['{"type":"done"}', '{"type":"session","id":"late"}', '{"type":"done"}', '{"type":"bug"}'];
    expect(await run("prints", { args: lines })).toEqual([{ type: "completed", engine: "toy", ok: true, answer: "" }]);
  });
});

describe("start", () => {
  test("the prompt goes in on stdin, which is closed, however long it is", async () => {
    const { answer } = outcome(await run("reads-prompt", { prompt: "é".repeat(500_000) }));
    expect(JSON.parse(answer)).toMatchObject({ length: 1_000_000 });
  });

  test("a program that never reads a long prompt still gives its answer", async () => {
    const events = await run("never-reads", { prompt: "x".repeat(5_000_000) });
    expect(outcome(events)).toMatchObject({ ok: true, answer: "unread" });
  });

  test("it starts in its directory, with a scrubbed environment and the run's mark", async () => {
    const env = { ...process.env, TOY_HOME: "/toy", SECRET: "s", TAKOPI_CONFIG: "/config" };
    const { run: opened, runId } = openChild("reads-prompt", { env, cwd: "/usr" });
    const seen = JSON.parse(outcome(await collect(opened)).answer);
    expect(seen.cwd).toBe("/usr");
    expect(seen.env).toMatchObject({ PWD: "/usr", TAKOPI_RUN_ID: runId, TOY_HOME: "/toy" });
    expect(seen.env).not.toHaveProperty("SECRET");
    expect(seen.env).not.toHaveProperty("TAKOPI_CONFIG");
  });

  test("a missing executable is named, with the setting that mends it", async () => {
    const events = await run("prints", { options: { cmd: "no-such-toy" } });
    expect(outcome(events)).toMatchObject({
      ok: false,
      error: "no-such-toy not found on PATH; install it or set toy.cmd.",
    });
  });

  test("a missing directory is not mistaken for a missing executable", async () => {
    expect(outcome(await run("prints", { cwd: "/no/such/place" }))).toMatchObject({
      ok: false,
      error: "The directory /no/such/place does not exist.",
    });
  });

  test("a file that may not be executed is named", async () => {
    const events = await run("prints", { options: { cmd: "/etc/passwd" } });
    expect(outcome(events)).toMatchObject({ ok: false, error: "/etc/passwd is not executable; set toy.cmd." });
  });

  test("options that do not fit the engine fail the run by name", async () => {
    const { run: opened } = openChild("prints", { options: { model: 7 } as never });
    expect(outcome(await collect(opened)).error).toMatch(/^The option toy\.model is not right: /);
  });

  test("a launch that is refused tells why, and keeps the session to go on with", async () => {
    const engine = createToy({
      launch: async () => {
        throw new EngineError("There is no session s9.", { stderr: "looked in /sessions" });
      },
    });
    const resume = { engine: "toy", value: "s9" };
    expect(await run("prints", { engine, session: "s9" })).toEqual([
      {
        type: "completed",
        engine: "toy",
        ok: false,
        answer: "",
        error: "There is no session s9.\nlooked in /sessions",
        resume,
      },
    ]);
  });

  test("a bug in the launch is logged and told without its text", async () => {
    const log = recordingLog();
    const engine = createToy({ launch: () => Promise.reject(new TypeError("secret detail")) });
    expect(outcome(await run("prints", { engine, log })).error).toBe("Toy could not be run; the log has the cause.");
    expect(log.entries.map(({ level, event }) => [level, event])).toEqual([["error", "engine.run_failed"]]);
  });
});

describe("outcome", () => {
  test("an exit before the first line is failed with the code and the end of stderr", async () => {
    expect(outcome(await run("silent-exit", { args: ["3"] }))).toMatchObject({
      ok: false,
      answer: "",
      error: "Toy failed with exit code 3.\nError: not logged in",
    });
  });

  test("a flood on stderr leaves its last 4 KiB", async () => {
    const { error = "" } = outcome(await run("stderr-flood"));
    expect(error.endsWith("\nthe reason")).toBe(true);
    expect(Buffer.byteLength(error)).toBeLessThan(4200);
    expect(error).not.toContain("\u001b");
  });

  test("if the engine prints no end, its own rule decides", async () => {
    expect(outcome(await run("no-end"))).toMatchObject({
      ok: true,
      answer: "half",
      resume: { engine: "toy", value: "s1" },
    });
  });

  test("a translator that throws fails the run and ends the process", async () => {
    const log = recordingLog();
    const translate = () => {
      throw new Error("a bug");
    };
    const { run: opened, runId } = openChild("ignores-signals", { log, engine: createToy({ translate }) });
    expect(outcome(await collect(opened))).toMatchObject({ ok: false });
    expect(await markedProcesses(runId)).toEqual([]);
    expect(log.entries.map(({ event }) => event)).toContain("engine.translate_failed");
  });

  test("an end rule that throws fails the run", async () => {
    const engine = createToy({
      end: () => {
        throw new Error("a bug");
      },
    });
    expect(outcome(await run("no-end", { engine }))).toMatchObject({
      ok: false,
      error: "Toy ended without an answer.",
    });
  });
});

describe("session", () => {
  const session = (id: string) => `{"type":"session","id":"${id}"}`;

  test("is started once, however often it is printed", async () => {
    const events = await run("prints", { args: [session("s1"), session("s1"), '{"type":"done"}'] });
    expect(events.map(({ type }) => type)).toEqual(["started", "completed"]);
  });

  test("another one than was asked for fails the run, names both, and ends the process", async () => {
    const { run: opened, runId } = openChild("ignores-signals", { session: "s0" });
    expect(await collect(opened)).toEqual([
      {
        type: "completed",
        engine: "toy",
        ok: false,
        answer: "",
        error: "Toy went on with session s1 instead of s0.",
        resume: { engine: "toy", value: "s0" },
      },
    ]);
    expect(await markedProcesses(runId)).toEqual([]);
  });

  test("the launch may say what the one asked for is really called", async () => {
    const engine = createToy({
      launch: async ({ options }) => ({
        file: process.execPath,
        args: options.extra_args ?? [],
        stdin: "",
        resume: "s1-in-full",
        state: { answer: "" },
      }),
    });
    const args = [session("s1-in-full"), '{"type":"done"}'];
    const events = await run("prints", { args, engine, session: "s1" });
    expect(outcome(events)).toMatchObject({ ok: true, resume: { engine: "toy", value: "s1-in-full" } });
  });

  test("a change in the middle of a run fails it", async () => {
    const events = await run("prints", { args: [session("s1"), session("s2"), '{"type":"done"}'] });
    expect(outcome(events)).toMatchObject({ ok: false, error: "Toy went on with session s2 instead of s1." });
  });
});

describe("end", () => {
  test("a background process that holds stdout neither delays the answer nor is ended", async () => {
    const { run: opened, runId } = openChild("leaves-child-with-stdout");
    expect(outcome(await collect(opened))).toMatchObject({ ok: true, answer: "answer" });
    expect(await markedProcesses(runId)).toHaveLength(1);
  });

  test("one that goes on writing does not either", async () => {
    expect(outcome(await run("leaves-child-that-talks"))).toMatchObject({ ok: true, answer: "answer" });
  });

  test("the outcome comes before the exit, and the iteration ends with it", async () => {
    const { run: opened, spawned } = openChild("slow-exit");
    const events = opened[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: "completed", ok: true, answer: "done" });
    const mark = await spawned;
    expect(await isAlive(mark)).toBe(true);
    process.kill(mark.pid, "SIGUSR2");
    expect((await events.next()).done).toBe(true);
    expect(await isAlive(mark)).toBe(false);
  });

  test("a process that does not exit after its outcome is ended in the end", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { run: opened, runId } = openChild("slow-exit");
    const events = opened[Symbol.asyncIterator]();
    await events.next();
    expect(await markedProcesses(runId)).toHaveLength(1);
    const end = events.next();
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect((await end).done).toBe(true);
    expect(await markedProcesses(runId)).toEqual([]);
  });

  test("reading no further ends the process", async () => {
    const { run: opened, runId } = openChild("ignores-signals");
    for await (const event of opened) if (event.type === "started") break;
    expect(await markedProcesses(runId)).toEqual([]);
  });
});

describe("release", () => {
  test("comes with the first output", async () => {
    let isReleased = false;
    const { run: opened } = openChild("slow-exit", {
      engine: createToy({
        launch: async ({ options }) => ({
          file: process.execPath,
          args: options.extra_args ?? [],
          stdin: "",
          state: { answer: "" },
          release: () => {
            isReleased = true;
          },
        }),
      }),
    });
    for await (const event of opened) {
      expect(event.type).toBe("completed");
      expect(isReleased).toBe(true);
      break;
    }
  });

  test("comes also if the run was stopped while its launch waited", async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let isReleased = false;
    let isLaunching = false;
    const engine = createToy({
      launch: async () => {
        isLaunching = true;
        await gate;
        const release = () => {
          isReleased = true;
        };
        return { file: process.execPath, args: [], stdin: "", state: { answer: "" }, release };
      },
    });
    const { run: opened } = openChild("prints", { engine });
    await until(() => isLaunching);
    await opened.stop("Stopped.");
    expect(await collect(opened)).toEqual([
      { type: "completed", engine: "toy", ok: false, answer: "", error: "Stopped." },
    ]);
    go();
    await until(() => isReleased);
  });
});

describe("rest", () => {
  test("a process that hangs after its last word is ended after ten seconds, and its answer counts", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const engine = createToy({ isResting: ({ answer }) => answer !== "" });
    const { run: opened, runId } = openChild("hangs-after", { engine, args: ['{"type":"text","text":"All of it."}'] });
    const read = collect(opened);
    await until(() => opened.events.some(({ type }) => type === "action"));
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect(outcome(await read)).toMatchObject({ ok: true, answer: "All of it." });
    expect(await markedProcesses(runId)).toEqual([]);
  });
});
