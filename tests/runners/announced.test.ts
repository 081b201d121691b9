import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { engines } from "../../runners/index.ts";
import { EngineHost } from "../../src/engine/host.ts";
import { isAlive, markedProcesses } from "../../src/engine/marked.ts";
import { endLeftovers } from "../../src/engine/stop.ts";
import { openDriven } from "../helpers/driven.ts";
import { noLog } from "../helpers/recordings.ts";

test.each(engines.map((engine) => [engine.id, engine] as const))(
  "the server of %s is known while it starts, so that a bridge which is killed meanwhile leaves nothing",
  async (id, engine) => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), "takopi-starting-")));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const cmd = join(home, id);
    writeFileSync(cmd, "#!/bin/sh\nsleep 600 &\nexec sleep 600\n", { mode: 0o755 });
    mkdirSync(join(home, "repo"));
    const host = new EngineHost();
    const run = openDriven(engine, {
      ...{ prompt: "Go.", cwd: join(home, "repo"), log: noLog, host },
      env: { HOME: home, PATH: process.env["PATH"] },
      options: { cmd, interactive: true, ...(id === "opencode" && { model: "a/b" }) },
    });
    const mark = await run.spawned;
    expect(run.events.map(({ type }) => type)).toEqual(["process"]);
    expect(host.servers()).toMatchObject([{ engine: id, pid: mark.pid, markId: mark.markId, busy: [] }]);
    expect(await isAlive(mark)).toBe(true);
    // What the next bridge does with the mark that the first one stored.
    await endLeftovers(mark.markId ?? "", mark);
    expect(await markedProcesses(mark.markId ?? "")).toEqual([]);
    await run.stop("The test is over.");
  },
);
