import { expect, onTestFinished, test, vi } from "vitest";
import { ExitGuard } from "../../src/engine/exit-guard.ts";
import { startLiveProcess } from "../../src/engine/live-process.ts";
import { recordingLog } from "./toy.ts";

test("what a server writes to its stderr is in the log while it lives, at debug", async () => {
  const log = recordingLog();
  const server = await startLiveProcess({
    ...{ id: "toy", file: "/bin/sh", args: ["-c", "echo 'the disk is nearly full' >&2; exec sleep 600"], cwd: "/" },
    ...{ env: process.env, patterns: [], options: {}, stopSignal: "SIGTERM", log },
    ...{ guard: new ExitGuard(), announce: () => {} },
  });
  onTestFinished(() => server.kill());
  const written = () => log.entries.find(({ event }) => event === "server.stderr");
  expect(await vi.waitUntil(written, { timeout: 30_000 })).toMatchObject({
    ...{ level: "debug", fields: { stderr: "the disk is nearly full\n" } },
  });
  expect(server.hasExited()).toBe(false);
});
