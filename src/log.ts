import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { stripVTControlCharacters, styleText } from "node:util";
import type { Logger as Pino } from "pino";
import { visibleBlock } from "./domain/visible.ts";
import { ConfigError } from "./errors.ts";

/** The logger as the rooms see it: a constant dotted name, data in fields. */
export interface Logger {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
  child(fields: object): Logger;
}

/** Takes bot tokens out of a text, also out of the address of a request. */
export function redact(text: string): string {
  return text
    .replace(/bot\d+(?::|%3A)[\w-]+/gi, "bot[REDACTED]")
    .replace(/\d+(?::|%3A)[\w-]{10,}/gi, "[REDACTED_TOKEN]");
}

/** Where a log goes, and how much of it. */
export interface LogOptions {
  /** Read: `TAKOPI_LOG_LEVEL`, `TAKOPI_LOG_FORMAT` (console or json), `TAKOPI_LOG_FILE`, `NO_COLOR`. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder of `debug.log`: beside the config, never in a repository. */
  readonly directory: string;
  /** Log everything, with a copy as JSON in `debug.log` unless the environment names a file. */
  readonly debug: boolean;
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly fd?: number };
}

/** In characters: what waits for a reader of the log that has stopped reading. Further lines are lost, and counted. */
const MOST_WAITING = 1024 * 1024;

const LEVELS: Readonly<Record<string, string>> = {
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  silent: "silent",
};

/**
 * A log of JSON lines with UTC times, or of plain lines on a terminal. No bot token gets into it. An output that was
 * closed loses lines and harms nothing.
 *
 * @throws ConfigError for a level or format that there is not.
 */
export async function createLogger(options: LogOptions): Promise<Logger> {
  const { env, output } = options;
  const level = options.debug ? "debug" : choice(env, "TAKOPI_LOG_LEVEL", LEVELS, "info");
  const formats = { console: "console", json: "json" };
  const format = choice(env, "TAKOPI_LOG_FORMAT", formats, output.isTTY ? "console" : "json");
  const hasColor = output.isTTY === true && !env["NO_COLOR"];
  const { pino } = await import("pino");
  const path = env["TAKOPI_LOG_FILE"] || (options.debug ? join(options.directory, "debug.log") : undefined);
  if (path) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = path ? pino.destination({ dest: path, sync: true, mode: 0o600 }) : undefined;
  // If the reader has stopped, Node's own stdout waits for a terminal, and everything with it, and keeps all in
  // memory for a pipe.
  const { fd } = output;
  const sink = fd === undefined ? output : pino.destination({ dest: fd, sync: false, maxLength: MOST_WAITING });
  for (const stream of [output, sink, file]) stream?.on("error", () => {});
  const write = (line: string) => {
    file?.write(line);
    sink.write(format === "json" ? line : toPlainLine(line, hasColor));
  };
  const settings = {
    level,
    base: null,
    messageKey: "event",
    serializers: { err: (value: unknown) => value },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = toLogger(pino(settings, { write }));
  if (path) log.info({ file: path }, "log.copied");
  let lost = 0;
  sink.on("drop", () => {
    lost += 1;
  });
  sink.on("drain", () => {
    if (lost > 0) log.warn({ count: lost }, "log.lines_lost");
    lost = 0;
  });
  return log;
}

/** `bound` are the fields of every line; a line has no field twice. */
function toLogger(pino: Pino, bound: object = {}): Logger {
  const write = (level: "debug" | "info" | "warn" | "error", fields: object, event: string): void => {
    if (pino.isLevelEnabled(level)) pino[level]({ ...bound, ...toFields(fields) }, redact(event));
  };
  return {
    debug: (fields, event) => write("debug", fields, event),
    info: (fields, event) => write("info", fields, event),
    warn: (fields, event) => write("warn", fields, event),
    error: (fields, event) => write("error", fields, event),
    child: (fields) => toLogger(pino, { ...bound, ...toFields(fields) }),
  };
}

function choice(env: NodeJS.ProcessEnv, name: string, values: Readonly<Record<string, string>>, other: string): string {
  const text = env[name]?.trim().toLowerCase();
  if (!text) return other;
  const value = Object.hasOwn(values, text) ? values[text] : undefined;
  if (value) return value;
  throw new ConfigError(`$${name} is ${JSON.stringify(text)}; expected ${Object.keys(values).join(", ")}.`);
}

const toFields = (fields: object): object => {
  const data = toData(fields, []);
  return typeof data === "object" && data !== null ? data : { data };
};

/** Plain data without tokens: errors with message, stack, fields and cause, and no cycles. */
function toData(value: unknown, parents: readonly object[]): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "bigint") return redact(String(value));
  if (typeof value !== "object" || value === null) return value;
  if (parents.includes(value)) return "[circular]";
  const inside = [...parents, value];
  if (Array.isArray(value)) return value.map((entry) => toData(entry, inside));
  if ("toJSON" in value && typeof value.toJSON === "function") return toData(value.toJSON(), inside);
  const entries = value instanceof Error ? errorEntries(value) : Object.entries(value);
  return Object.fromEntries(entries.map(([key, entry]) => [redact(key), toData(entry, inside)]));
}

function errorEntries(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  const known: [string, unknown][] = [
    ["name", name],
    ["message", message],
    ["stack", stack],
  ];
  return [...known, ...(cause === undefined ? [] : [["cause", cause] as [string, unknown]]), ...Object.entries(error)];
}

const COLORS = { debug: "gray", info: "green", warn: "yellow", error: "red" } as const;

function toPlainLine(json: string, hasColor: boolean): string {
  const { time, level, event, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const name = String(level);
  const color = name in COLORS ? COLORS[name as keyof typeof COLORS] : "red";
  const label = hasColor ? styleText(color, name.padEnd(5)) : name.padEnd(5);
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${toPlainValue(value)}`);
  return `${String(time).slice(11, 19)} ${label} ${String(event)}${pairs.join("")}\n`;
}

function toPlainValue(value: unknown): string {
  if (typeof value === "object" && value !== null && "name" in value && "message" in value) {
    const { message, stack } = value as { message: unknown; stack?: unknown };
    const frame = /^\s+at .*$/m.exec(String(stack))?.[0].trim();
    return JSON.stringify(`${String(message)}${frame ? ` (${frame})` : ""}`);
  }
  const text = typeof value === "string" ? stripVTControlCharacters(value) : JSON.stringify(value);
  return typeof value === "string" && !/^[\w.:/@-]+$/.test(text) ? visibleBlock(JSON.stringify(text)) : text;
}
