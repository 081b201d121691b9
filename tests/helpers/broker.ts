import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** The path of the broker's program; Debian puts it where only root's PATH leads. */
export const findBroker = (): string | undefined =>
  [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"]
    .map((directory) => join(directory, "nats-server"))
    .find((file) => existsSync(file));

/** A broker of its own, on a free port of this machine. */
export interface Broker {
  readonly address: string;
  readonly port: number;
  /** Resolves when it takes connections; at once if it was started before. */
  start(): Promise<void>;
  /** As `kill -9` does; it keeps what it has stored. */
  kill(): Promise<void>;
  /** Stops it where it is, and lets it continue. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
}

/** Ended with the test. `folder`: of a `nats.conf`. */
export async function startBroker(folder?: string): Promise<Broker> {
  const directory = mkdtempSync(join(tmpdir(), "takopi-broker-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const living = () => (child?.exitCode === null && child.signalCode === null ? child : undefined);
  const kill = async () => {
    const found = living();
    if (!found) return;
    const gone = once(found, "exit");
    found.kill("SIGKILL");
    await gone;
  };
  const start = async () => {
    if (living()) return;
    const program = findBroker();
    if (program === undefined) throw new Error("nats-server is not installed: npm run test:machines installs it.");
    const kept = folder === undefined ? ["-js", "-sd", directory] : ["-c", "nats.conf"];
    const started = spawn(program, ["-a", "127.0.0.1", "-p", String(port), ...kept], {
      ...{ stdio: "ignore", cwd: folder ?? directory },
    });
    child = started;
    while (!(await takes(port))) {
      if (started.exitCode !== null) throw new Error("nats-server ended by itself.");
      await delay(20);
    }
  };
  onTestFinished(async () => {
    await kill();
    rmSync(directory, { recursive: true, force: true });
  });
  await start();
  return { address: `nats://127.0.0.1:${port}`, port, start, kill, signal: (name) => void child?.kill(name) };
}

/** None of those that systems give away themselves: nobody else gets it while a broker is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

const takes = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = dial(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
