import { z } from "zod";
import type { Completed } from "../../src/domain/events.ts";
import type { Exit } from "../../src/engine/define.ts";
import { describeExit } from "../../src/engine/exit.ts";

/** codex's words for a situation, and the fix; `$1` is the sign's first group. */
const SITUATIONS: readonly { readonly sign: RegExp; readonly mend: string }[] = [
  {
    sign: /\b401\b|not logged in|sign in again/i,
    mend: "Codex is not logged in, or its key was refused. Run `codex login` on this machine, or set CODEX_API_KEY for the bridge.",
  },
  {
    sign: /Missing environment variable: `([^`]+)`/,
    mend: "Codex needs the variable $1: set it for the bridge and name it in `codex.env_passthrough`.",
  },
  {
    sign: /no rollout found/,
    mend: "Codex no longer has this thread. Start a new one, or check that CODEX_HOME is the one it was made in.",
  },
  {
    sign: /already has an active writer/,
    mend: "This thread is open in another Codex. Close it there, then send your message again.",
  },
  {
    sign: /Not inside a trusted directory/,
    mend: "Codex does not trust this directory. Run `codex` in it once and accept, or choose another directory.",
  },
  {
    sign: /CODEX_HOME points to/,
    mend: "CODEX_HOME names a directory that is not there. Create it, or correct the variable.",
  },
  {
    sign: /Connection failed|waiting for network/,
    mend: "Codex could not reach its model provider. Check this machine's network, then send your message again.",
  },
];

const serverError = z
  .union([
    z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
    z.object({ detail: z.string() }).transform(({ detail }) => detail),
    z.object({ message: z.string() }).transform(({ message }) => message),
  ])
  .catch("");

/** A model server's refusal as a sentence: codex passes bodies that it does not know on as JSON (seen in 0.169.0). */
export function plainMessage(message: string): string {
  if (!message.startsWith("{")) return message;
  try {
    return serverError.parse(JSON.parse(message)) || message;
  } catch {
    return message;
  }
}

/** codex's words, after a plain sentence with the next step if the situation is known. */
export function explain(said: string): string {
  for (const { sign, mend } of SITUATIONS) {
    const match = sign.exec(said);
    if (match !== null) return `${mend.replace("$1", match[1] ?? "")}\n\n${said}`;
  }
  return said;
}

const NOISE = [
  /^Reading (?:additional input|prompt) from stdin/,
  /^warning: /i,
  // Log lines about refused and malformed tool calls, which the model has read.
  /^\d{4}-\d\d-\d\dT\S+ +(?:TRACE|DEBUG|INFO|WARN|ERROR) /,
];
const SAID_LENGTH = 1000;

/** The useful part of stderr: the errors, without log lines, backtrace and the names of codex's own calls. */
export function saidOnStderr(stderr: string): string {
  const [text = ""] = stderr.split(/^Stack backtrace:/m);
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !NOISE.some((noise) => noise.test(line)));
  const first = lines.findIndex((line) => /^error\b/i.test(line));
  return lines
    .slice(Math.max(first, 0))
    .join("\n")
    .replace(/^error: /i, "")
    .replace(/^(?:thread\/\w+(?: failed)?: )+/, "")
    .replace(/ \(code -?\d+\)$/, "")
    .slice(0, SAID_LENGTH);
}

/** Completes a run that ended before its turn did; `sofar` is what it had come to. */
export function endWithoutTurn(sofar: Completed, exit: Exit): Completed {
  if (exit.stopped !== undefined) return { ...sofar, ok: false, error: exit.stopped };
  if (exit.code === 0 && sofar.resume && sofar.answer !== "") return { ...sofar, ok: true };
  const exitTold = describeExit("Codex", { ...exit, stderr: saidOnStderr(exit.stderr) });
  return { ...sofar, ok: false, error: explain(exitTold) };
}
