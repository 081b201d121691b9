import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { codex } from "../../runners/codex/index.ts";
import { pi } from "../../runners/pi/index.ts";
import { command as doctor } from "../../src/cli/doctor.ts";
import type { Config } from "../../src/config/config.ts";
import { ExitGuard } from "../../src/engine/exit-guard.ts";
import { EngineHost } from "../../src/engine/host.ts";
import { startLiveProcess } from "../../src/engine/live-process.ts";
import { markedProcesses } from "../../src/engine/marked.ts";
import { openStore } from "../../src/store/store.ts";
import { WarmServers } from "../../src/worker/servers.ts";
import { call } from "../cli/calling.ts";
import { childProgram, standIn } from "../engine/toy.ts";
import { stage, textOf } from "../helpers/bridge.ts";
import { noLog } from "../helpers/recordings.ts";

const stagePi = (top = "") =>
  stage({
    engines: [pi],
    defaultEngine: "pi",
    tables: `${top}\n[pi]\ncmd = "${standIn("pi-rpc")}"\ninteractive = true`,
  });
const until = (isIt: () => boolean) => vi.waitUntil(isIt, { timeout: 30_000, interval: 20 });

test("a server that had no run for limits.idle_minutes is ended, and the store forgets it", async () => {
  const { say, outcomeOf, store, log } = await stagePi("[limits]\nidle_minutes = 0.01");
  await outcomeOf(say("answer"));
  await until(() => log.some(({ event }) => event === "server.exited"));
  await until(() => store().liveServers.all().length === 0);
});

test("doctor --running shows a warm server with its process, idle time and memory", async () => {
  const { say, outcomeOf, store, directory } = await stagePi();
  await outcomeOf(say("answer"));
  await until(() => typeof store().liveServers.all()[0]?.idleSince === "number");
  const [server] = store().liveServers.all();
  const shown = await call(doctor, directory, "--running", "--config", join(directory, "takopi.toml"));
  expect(shown.stdout).toMatch(new RegExp(`live pi: ok \\(pid ${server?.pid}, idle for \\d+s, [1-9]\\d* MiB\\)`));
});

test("a shutdown ends the servers with all their processes", async () => {
  const { say, outcomeOf, stop, store } = await stagePi();
  await outcomeOf(say("answer"));
  await until(() => store().liveServers.all().length > 0);
  const markId = store().liveServers.all()[0]?.markId ?? "";
  expect(await markedProcesses(markId)).not.toEqual([]);
  await stop();
  expect(await markedProcesses(markId)).toEqual([]);
  expect(store().liveServers.all()).toEqual([]);
});

test("a shutdown does not wait for a server that hangs while it starts", async () => {
  const directory = mkdtempSync(join(tmpdir(), "takopi-silent-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const pidFile = join(directory, "pid");
  const cmd = join(directory, "codex");
  const script = `case "$*" in *app-server) ;; *) echo 0.169.0; exit;; esac\necho $$ > ${pidFile}\nexec sleep 600\n`;
  writeFileSync(cmd, `#!/bin/sh\n${script}`, { mode: 0o755 });
  const tables = `[codex]\ncmd = "${cmd}"\ninteractive = true`;
  const { say, stop } = await stage({ engines: [codex], defaultEngine: "codex", tables });
  say("hello");
  await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"));
  await stop();
  const pid = Number(readFileSync(pidFile, "utf8"));
  await until(() => !existsSync(`/proc/${pid}/exe`));
});

test("a run keeps the mark of its server, by which a start after a kill finds what it left", async () => {
  const { say, outcomeOf, botSays, store } = await stagePi();
  const id = say("endless");
  await botSays(/^working · pi/);
  const [run] = store().runs.recent(1);
  expect(run?.process?.markId).toMatch(/^live-/);
  expect(await markedProcesses(run?.process?.markId ?? "")).toContain(run?.process?.pid);
  say("/cancel");
  expect(textOf(await outcomeOf(id))).toMatch(/^cancelled/);
});

test("servers of a bridge that was killed are ended with what runs below them", async () => {
  const store = openStore(":memory:");
  onTestFinished(() => store.close());
  const server = await startLiveProcess({
    ...{ id: "toy", file: process.execPath, args: [childProgram("grandchild-in-own-session")], cwd: process.cwd() },
    ...{ env: process.env, patterns: [], options: {}, stopSignal: "SIGTERM", log: noLog },
    ...{ guard: new ExitGuard(), announce: () => {} },
  });
  onTestFinished(() => server.kill());
  const { pid, startTime } = server.mark;
  const { markId } = server;
  await vi.waitUntil(async () => (await markedProcesses(markId)).length > 1, { timeout: 30_000 });
  store.liveServers.replace([{ engine: "toy", pid, processStart: startTime, markId, idleSince: null }]);
  const warm = new WarmServers({
    config: () => ({}) as Config,
    host: new EngineHost(),
    kept: store.liveServers,
    log: noLog,
  });
  onTestFinished(() => warm.close());
  await warm.recover();
  expect(await markedProcesses(markId)).toEqual([]);
  expect(store.liveServers.all()).toEqual([]);
});
