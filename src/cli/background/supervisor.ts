import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { BOUNDS } from "../../bounds.ts";
import type { Config } from "../../config/config.ts";
import { ConfigError, UserError } from "../../errors.ts";
import { type Context, defineCommand, type Globals } from "../command.ts";
import { directoryOf, placeOf } from "../config-file.ts";
import { loadFor } from "../load.ts";
import { LABEL, type Launch, launchdAgent, systemdUnit } from "./unit.ts";

type Caller = Context & Globals;

/** One program to call, and whether its failure matters. */
export interface Step {
  readonly argv: readonly string[];
  readonly mayFail?: boolean;
  /** It runs until Ctrl-C. */
  readonly isLong?: boolean;
}

/** The part of this system that starts the bridge in the background: its file, and the calls for each wish. */
export interface Supervisor {
  readonly file: string;
  readonly text: string;
  readonly steps: Readonly<Record<"install" | "uninstall" | "status" | "logs", readonly Step[]>>;
}

export function supervisorOf(caller: Caller, platform = process.platform): Supervisor {
  const home = caller.env["HOME"] || homedir();
  const logFile = join(directoryOf(caller), "takopi.log");
  const { execPath, argv } = process;
  const config = loadIfSound(caller);
  const command = config?.machines?.name === undefined ? [] : ["worker"];
  const launch: Launch = {
    argv: [execPath, ...process.execArgv, argv[1] ?? "", ...command, "--config", placeOf(caller).file],
    ...{ path: caller.env["PATH"] ?? "", home, logFile, stopSeconds: stopSeconds(config) },
  };
  if (platform === "darwin") return launchd(launch, userInfo().uid);
  if (platform === "linux") return systemd(launch, userInfo().username);
  throw new UserError(
    "takopi knows systemd (Linux) and launchd (macOS) only: start `takopi` with your own supervisor.",
  );
}

/** A shutdown takes 10 s, after what it waits for with `shutdown = "drain"`. */
const STOP_SECONDS = 15;

function stopSeconds(config: Config | undefined): number {
  return STOP_SECONDS + (config?.shutdown === "drain" ? Math.ceil(config.limits.drain_minutes * 60) : 0);
}

/** The service itself says what is wrong with the config. */
function loadIfSound(caller: Caller): Config | undefined {
  try {
    return loadFor(caller);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function systemd(launch: Launch, user: string): Supervisor {
  const systemctl = (...args: string[]): Step => ({ argv: ["systemctl", "--user", ...args] });
  return {
    file: join(launch.home, ".config/systemd/user/takopi.service"),
    text: systemdUnit(launch),
    steps: {
      // Lingering starts the person's services at boot, and keeps them when the last session ends.
      install: [
        systemctl("daemon-reload"),
        systemctl("enable", "takopi.service"),
        systemctl("restart", "takopi.service"),
        { argv: ["loginctl", "enable-linger", user], mayFail: true },
      ],
      uninstall: [{ ...systemctl("disable", "--now", "takopi.service"), mayFail: true }],
      status: [{ ...systemctl("status", "--no-pager", "--lines=5", "takopi.service"), mayFail: true }],
      logs: [{ argv: ["journalctl", "--user", "--unit=takopi.service", "--lines=100", "--follow"], isLong: true }],
    },
  };
}

function launchd(launch: Launch, uid: number): Supervisor {
  const file = join(launch.home, `Library/LaunchAgents/${LABEL}.plist`);
  const target = `gui/${uid}/${LABEL}`;
  return {
    file,
    text: launchdAgent(launch),
    steps: {
      install: [
        { argv: ["launchctl", "bootout", target], mayFail: true },
        { argv: ["launchctl", "bootstrap", `gui/${uid}`, file] },
      ],
      uninstall: [{ argv: ["launchctl", "bootout", target], mayFail: true }],
      status: [{ argv: ["launchctl", "print", target], mayFail: true }],
      logs: [{ argv: ["tail", "-n", "100", "-f", launch.logFile], isLong: true }],
    },
  };
}

/** The command for one wish. */
export const supervise = (wish: keyof Supervisor["steps"]) =>
  defineCommand({
    args: {},
    run(_args, context) {
      const supervisor = supervisorOf(context);
      const { file } = supervisor;
      if (wish === "install") {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, supervisor.text);
      } else if (!existsSync(file)) {
        throw new UserError(`There is no service yet (${file}): make one with \`takopi service install\`.`);
      }
      for (const step of supervisor.steps[wish]) call(step, context);
      if (wish === "uninstall") rmSync(file, { force: true });
      const done = {
        install: `takopi runs as a service (${file}); \`takopi service logs\` follows its log.`,
        uninstall: "The service is removed; config and state stay.",
      };
      if (wish === "install" || wish === "uninstall") context.stdout.write(`${done[wish]}\n`);
      return 0;
    },
  });

function call({ argv: [program = "", ...args], mayFail, isLong }: Step, { env, stdout, stderr }: Context): void {
  const line = [program, ...args].join(" ");
  const timeout = isLong ? undefined : BOUNDS.program.serviceMs;
  const stdio = isLong ? "inherit" : "pipe";
  const { error, status, ...output } = spawnSync(program, args, { env, encoding: "utf8", timeout, stdio });
  if (!isLong) stdout.write(output.stdout ?? "");
  if (status === 0 || isLong) return;
  const reason = error?.message ?? (output.stderr ?? "").trim();
  if (!mayFail) throw new UserError(`\`${line}\` failed: ${reason || `exit code ${status}`}`);
  if (reason) stderr.write(`takopi: \`${line}\`: ${reason}\n`);
}
