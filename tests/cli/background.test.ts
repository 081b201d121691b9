import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command as install } from "../../src/cli/background/install.ts";
import { command as logs } from "../../src/cli/background/logs.ts";
import { command as status } from "../../src/cli/background/status.ts";
import { command as uninstall } from "../../src/cli/background/uninstall.ts";
import { launchdAgent, systemdUnit } from "../../src/cli/background/unit.ts";
import { callWith, scratchHome } from "./calling.ts";

/** A machine whose systemctl, loginctl and journalctl write down how they are called. */
function machine(systemctl = "exit 0") {
  const home = scratchHome();
  const bin = join(home, "bin");
  mkdirSync(bin);
  for (const name of ["systemctl", "loginctl", "journalctl"]) {
    const body = name === "systemctl" ? systemctl : "exit 0";
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >>"${home}/calls"\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { PATH: `${bin}:${process.env["PATH"]}` };
  const calls = () => readFileSync(join(home, "calls"), "utf8").trim().split("\n");
  return { home, env, calls, unit: join(home, ".config/systemd/user/takopi.service") };
}

test("install writes a unit, starts it and has it survive the last session", async () => {
  const { home, env, calls, unit } = machine();
  const { code, stdout } = await callWith(env, install, home);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("takopi runs as a service") });
  expect(calls().slice(0, 3)).toEqual([
    "systemctl --user daemon-reload",
    "systemctl --user enable takopi.service",
    "systemctl --user restart takopi.service",
  ]);
  expect(calls()[3]).toMatch(/^loginctl enable-linger \S+$/);
  const text = readFileSync(unit, "utf8");
  expect(text).toContain(`"--config" "${home}/.takopi/takopi.toml"`);
  expect(text).toContain(`Environment="PATH=${env.PATH}"`);
  expect(text).toContain("WantedBy=default.target");
});

test("the service manager allows the time that a shutdown may take", async () => {
  const { home, env, unit } = machine();
  await callWith(env, install, home);
  expect(readFileSync(unit, "utf8")).toContain("TimeoutStopSec=15\n");
  mkdirSync(join(home, ".takopi"), { recursive: true });
  writeFileSync(join(home, ".takopi/takopi.toml"), 'shutdown = "drain"\n[limits]\ndrain_minutes = 2.5\n', {
    mode: 0o600,
  });
  await callWith(env, install, home);
  expect(readFileSync(unit, "utf8")).toContain("TimeoutStopSec=165\n");
});

test("the service of a config with a machine's name is the worker", async () => {
  const { home, env, unit } = machine();
  mkdirSync(join(home, ".takopi"), { recursive: true });
  writeFileSync(join(home, ".takopi/takopi.toml"), '[machines]\nbroker = "nats://127.0.0.1:4222"\nname = "gpu"\n');
  await callWith(env, install, home);
  expect(readFileSync(unit, "utf8")).toContain('"worker" "--config"');
});

test("status, logs and uninstall are about the same unit", async () => {
  const { home, env, calls, unit } = machine();
  await callWith(env, install, home);
  const before = calls().length;
  await callWith(env, status, home);
  await callWith(env, logs, home);
  await callWith(env, uninstall, home);
  expect(calls().slice(before)).toEqual([
    "systemctl --user status --no-pager --lines=5 takopi.service",
    "journalctl --user --unit=takopi.service --lines=100 --follow",
    "systemctl --user disable --now takopi.service",
  ]);
  expect(existsSync(unit)).toBe(false);
  await expect(callWith(env, status, home)).rejects.toThrow("make one with `takopi service install`");
});

test("a systemd that refuses is told in its words", async () => {
  const { home, env } = machine("echo 'Failed to connect to bus: No medium found' >&2; exit 1");
  await expect(callWith(env, install, home)).rejects.toThrow(
    "`systemctl --user daemon-reload` failed: Failed to connect to bus: No medium found",
  );
});

test("paths with signs that systemd or launchd read otherwise stay what they are", () => {
  const launch = {
    argv: ["/a b/node", '/x"y/$HOME'],
    path: "/50%:/bin",
    home: "/h&m",
    logFile: "/l<o>g",
    stopSeconds: 15,
  };
  expect(systemdUnit(launch)).toContain('ExecStart="/a b/node" "/x\\"y/$$HOME"\n');
  expect(systemdUnit(launch)).toContain('Environment="PATH=/50%%:/bin"');
  expect(launchdAgent(launch)).toContain("<string>/x&quot;y/$HOME</string>");
  expect(launchdAgent(launch)).toContain("<string>/l&lt;o&gt;g</string>");
});
