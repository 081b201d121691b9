import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createLogger, type LogOptions, redact } from "../src/log.ts";
import { createTelegram } from "../src/telegram/api.ts";

const TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";

async function capture(options: Partial<LogOptions> = {}) {
  const output = new PassThrough();
  const log = await createLogger({ env: {}, directory: tmpdir(), debug: false, output, ...options });
  return { log, read: () => String(output.read() ?? "") };
}

test("a line is JSON with UTC time, level, event and fields", async () => {
  const { log, read } = await capture();
  log.child({ runId: "r1" }).info({ pid: 7 }, "process.spawned");
  expect(JSON.parse(read())).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    runId: "r1",
    pid: 7,
    event: "process.spawned",
  });
});

test("a terminal gets plain lines of one line each", async () => {
  const output = Object.assign(new PassThrough(), { isTTY: true });
  const { log } = await capture({ output, env: { NO_COLOR: "1" } });
  log.warn({ project: "web", text: "two\nlines \u001b[31mred", err: new Error("went\nwrong") }, "run.failed");
  expect(String(output.read())).toMatch(
    /^\d\d:\d\d:\d\d warn {2}run\.failed project=web text="two\\nlines red" err="went\\nwrong \(at .*\)"\n$/,
  );
});

test("a line has no field twice, whatever its logger has been given before", async () => {
  const { log, read } = await capture();
  log.child({ engine: "codex", runId: "r1" }).child({ engine: "codex" }).info({ runId: "r2" }, "engine.line");
  expect(read().match(/"(engine|runId)":"\w+"/g)).toEqual(['"engine":"codex"', '"runId":"r2"']);
});

test("debug lines come only at the debug level", async () => {
  const quiet = await capture();
  quiet.log.debug({}, "engine.line");
  expect(quiet.read()).toBe("");
  const loud = await capture({ env: { TAKOPI_LOG_LEVEL: "DEBUG" } });
  loud.log.debug({}, "engine.line");
  expect(loud.read()).toContain("engine.line");
});

test("with --debug the lines are also in a file that only its owner can read", async () => {
  const directory = mkdtempSync(join(tmpdir(), "takopi-log-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const { log, read } = await capture({ directory: join(directory, "state"), debug: true });
  log.debug({ token: TOKEN }, "engine.line");
  const file = join(directory, "state", "debug.log");
  const [first, second = ""] = readFileSync(file, "utf8").split("\n");
  expect(JSON.parse(read().split("\n")[0] ?? "")).toMatchObject({ event: "log.copied", file });
  expect(JSON.parse(first ?? "")).toMatchObject({ event: "log.copied", file });
  expect(JSON.parse(second)).toMatchObject({ event: "engine.line", token: "[REDACTED_TOKEN]" });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, "state")).mode & 0o777).toBe(0o700);
});

test("an unknown level is refused with the known ones", async () => {
  await expect(capture({ env: { TAKOPI_LOG_LEVEL: "loud" } })).rejects.toThrow(
    '$TAKOPI_LOG_LEVEL is "loud"; expected debug, info, warn, warning, error, silent.',
  );
});

test("an output that was closed loses lines and harms nothing", async () => {
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
  const { log } = await capture({ output });
  log.info({}, "bridge.ready");
  await new Promise((closed) => output.once("close", closed));
  expect(() => log.info({}, "bridge.ready")).not.toThrow();
});

test.each([
  [`https://api.telegram.org/bot${TOKEN}/getMe`, "https://api.telegram.org/bot[REDACTED]/getMe"],
  [`token ${TOKEN}.`, "token [REDACTED_TOKEN]."],
  ["/bot123%3AAAEhBOweik6/getMe", "/bot[REDACTED]/getMe"],
  ["at 12:30:05, port 127.0.0.1:8080, file.ts:10:5", "at 12:30:05, port 127.0.0.1:8080, file.ts:10:5"],
])("%s is logged as %s", (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test("a token is in no line, wherever in the data it stands", async () => {
  const { log, read } = await capture({ env: { TAKOPI_LOG_LEVEL: "debug" } });
  const secret = fc.stringMatching(/^\d{1,10}:[A-Za-z_-][A-Za-z0-9_-]{9,40}$/);
  const around = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\w%:-]/g, " "));
  const data = (token: string) =>
    fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.tuple(around, around).map(([before, after]) => before + token + after),
        fc.constant(new Error(`cannot fetch /bot${token}/x`, { cause: { url: token } })),
        fc.constant(new URL(`http://h/bot${token}/x`)),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "err", token), tie("any"), { maxKeys: 3 }),
      ),
    })).any;
  fc.assert(
    fc.property(
      secret.chain((token) => fc.tuple(fc.constant(token), data(token))),
      ([token, value]) => {
        log.child({ value }).error({ value }, `event.${token}`);
        const line = read();
        expect(line).not.toContain(token);
        expect(() => JSON.parse(line)).not.toThrow();
      },
    ),
  );
});

test("data that contains itself is logged", async () => {
  const { log, read } = await capture();
  const loop: Record<string, unknown> = { size: 10n };
  loop["self"] = loop;
  log.info({ loop }, "data.loop");
  expect(JSON.parse(read())).toMatchObject({ loop: { size: "10", self: "[circular]" } });
});

test("a reader of the log that stops reading holds nothing up, and learns how many lines it missed", async () => {
  const lines = 5_000;
  const program = fileURLToPath(new URL("helpers/floods-log.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, String(lines)]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = await once(child.stderr, "data");
  expect(String(said)).toBe("goes on");
  const exit = once(child, "exit");
  const entries = (await text(child.stdout))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const kept = entries.filter(({ event }) => event === "flood.line").length;
  const lost = entries.filter(({ event }) => event === "log.lines_lost").reduce((sum, { count }) => sum + count, 0);
  expect(lost).toBeGreaterThan(0);
  expect(kept + lost).toBe(lines);
  expect(await exit).toEqual([0, null]);
});

test("a Telegram that cannot be reached is one line without a stack", async () => {
  const telegram = createTelegram(TOKEN, { api_root: "http://127.0.0.1:1" });
  const refusal = await telegram.call("getMe", undefined).catch((error: unknown) => error);
  const json = await capture();
  json.log.warn({ err: refusal, waitMs: 500 }, "telegram.unreachable");
  const line = json.read();
  expect(line).toContain('"message":"getMe: ECONNREFUSED"');
  expect(line).not.toContain("stack");
  const plain = await capture({ env: { TAKOPI_LOG_FORMAT: "console", NO_COLOR: "1" } });
  plain.log.warn({ err: refusal, waitMs: 500 }, "telegram.unreachable");
  expect(plain.read()).toMatch(/^\S+ warn {2}telegram\.unreachable err="getMe: ECONNREFUSED" waitMs=500\n$/);
});
