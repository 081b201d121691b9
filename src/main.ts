#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import type { Context } from "./cli/command.ts";
import { type Entry, entries } from "./cli/index.ts";
import { resolveCall } from "./cli/resolve.ts";
import { ConfigError } from "./errors.ts";
import { redact } from "./log.ts";
import { readVersion } from "./version.ts";

// Has V8 give memory back sooner: 10 of 78 MB of an idle bridge (Node 20.20). Not before a bridge has started: that
// took a tenth longer.
const START_MS = 2_000;
setTimeout(() => setFlagsFromString("--optimize-for-size"), START_MS).unref();

const LEFT_MS = 3_000;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

const argv = process.argv.slice(2);
const controller = new AbortController();
// A closed pipe (`takopi runs | head -1`) is no reason to fail.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
// After an uncaught error nothing is certain: the engines end with the process, and a service manager starts it again.
process.on("uncaughtException", (error: unknown) => {
  const code = tell(error);
  if (error instanceof Error) process.stderr.write(`${redact(error.stack ?? "")}\n`);
  process.exit(code);
});
void main()
  .catch(tell)
  .then((code) => {
    process.exitCode = code;
    // Whatever a library left running, such as a timer, must not keep the program alive.
    setTimeout(() => process.exit(), LEFT_MS).unref();
  });

async function main(): Promise<number> {
  const own = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const asks = (...flags: string[]) => own.some((word) => flags.includes(word));
  if (asks("--version", "-V")) return print(readVersion());
  const wantsHelp = asks("--help", "-h") || own[0] === "help";
  const words = wantsHelp ? argv.filter((word) => !["--help", "-h", "help"].includes(word)) : argv;
  if (wantsHelp) {
    const { helpFor } = await import("./cli/help.ts");
    return print(await helpFor(words, { entries, operations: await operationEntries(), version: readVersion() }));
  }
  const call = await resolveCall(words, entries, engineIds, operationEntries);
  const { command } = await call.entry.load();
  const onSecondSignal = listenForSignals(call.entry.endsItself === true);
  const { env, stdin, stdout, stderr } = process;
  const context: Context = {
    env,
    cwd: process.cwd(),
    stdin,
    stdout,
    stderr,
    signal: controller.signal,
    onSecondSignal,
  };
  const code = await command.execute(call.argv, context);
  return controller.signal.reason === "SIGINT" ? EXIT_CODES.SIGINT : code;
}

async function operationEntries(): Promise<readonly Entry[]> {
  const { operationEntries } = await import("./cli/operation.ts");
  return operationEntries;
}

async function engineIds(): Promise<readonly string[]> {
  const { engineIds } = await import("./cli/load.ts");
  const at = argv.indexOf("--config");
  return engineIds({ configFile: at < 0 ? undefined : argv[at + 1], cwd: process.cwd(), env: process.env });
}

/**
 * The first signal asks the command to end, if it can; the next one ends the process at once, unless the command has
 * something else called then.
 */
function listenForSignals(endsItself: boolean): NonNullable<Context["onSecondSignal"]> {
  let next: (() => void) | undefined;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      const act = controller.signal.aborted ? next : () => controller.abort(name);
      if (!endsItself || !act) process.exit(EXIT_CODES[name]);
      next = undefined;
      act();
    });
  }
  return (act) => {
    next = act;
  };
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** Says what went wrong in one line; `--debug` adds the stack of what is our own fault. */
function tell(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`takopi: ${redact(message).replace(/\s*\n\s*/g, " ")}\n`);
  if (error instanceof ConfigError) return EXIT_USAGE;
  if (argv.includes("--debug") && error instanceof Error) process.stderr.write(`${redact(error.stack ?? "")}\n`);
  return EXIT_FAILED;
}
