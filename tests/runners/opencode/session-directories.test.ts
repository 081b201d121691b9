import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { opencode } from "../../../runners/opencode/index.ts";
import { SessionDirectories, sessionDirectories } from "../../../runners/opencode/session-directories.ts";
import { EngineHost } from "../../../src/engine/host.ts";
import { collect } from "../../engine/toy.ts";
import { openDriven } from "../../helpers/driven.ts";
import { noLog } from "../../helpers/recordings.ts";

let cwd: string;
beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), "opencode-sessions-")));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Runs an opencode that prints a line of this session, or nothing; gives what is known afterwards. */
async function learn(prints: string, session?: string): Promise<SessionDirectories> {
  const cmd = join(cwd, "opencode");
  writeFileSync(
    cmd,
    `#!/bin/sh\ncat > /dev/null\n${prints && `echo '{"type":"step_start","sessionID":"${prints}"}'`}\n`,
  );
  chmodSync(cmd, 0o755);
  const host = new EngineHost();
  const directories = host.keep(sessionDirectories);
  directories.remember("ses_old", "/");
  const env = { ...process.env, HOME: cwd, OPENCODE_DB: ":memory:" };
  const options = { cmd, model: "a/b" };
  await collect(openDriven(opencode, { prompt: "Go.", cwd, options, env, log: noLog, session, host }));
  return directories;
}

test("a new run teaches where its session lives", async () => {
  expect((await learn("ses_new")).recall("ses_new")).toBe(cwd);
});

test("a resumed session stays where it was, whatever directory the request names", async () => {
  expect((await learn("ses_old", "ses_old")).recall("ses_old")).toBe("/");
});

test("a session that could not be resumed is forgotten, so that opencode is asked again", async () => {
  expect((await learn("", "ses_old")).recall("ses_old")).toBeUndefined();
});

test("the number of sessions remembered is bounded", () => {
  const directories = new SessionDirectories();
  directories.remember("ses_first", "/repo");
  for (let n = 0; n < 1000; n += 1) directories.remember(`ses_${n}`, "/repo");
  expect(directories.recall("ses_first")).toBeUndefined();
  expect(directories.recall("ses_999")).toBe("/repo");
});
