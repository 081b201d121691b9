import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { BOUNDS } from "../bounds.ts";
import type { VoiceCommand } from "../config/voice.ts";
import { engineEnv } from "../engine/environment.ts";
import { findExecutable } from "../engine/probe.ts";
import { capture } from "../engine/process.ts";
import { EngineError, UserError } from "../errors.ts";

/** The program of a command, where it is. */
export const programOf = (
  { command: [program] }: VoiceCommand,
  env: CommandParts["env"],
): Promise<string | undefined> => findExecutable(program, env["PATH"]);

export interface CommandParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Has a program make text of a recording: what it prints. @throws UserError for what a setting must fix. */
export async function askCommand(voice: VoiceCommand, audio: Blob, { env, signal }: CommandParts): Promise<string> {
  const [program, ...args] = voice.command;
  const file = await programOf(voice, env);
  if (file === undefined) throw new UserError(`\`${program}\` is not there: install it, or correct \`voice.command\`.`);
  const directory = await mkdtemp(join(tmpdir(), "takopi-voice-"));
  try {
    const recording = join(directory, "voice.ogg");
    await writeFile(recording, audio.stream(), { mode: 0o600 });
    const own = engineEnv({ env, cwd: directory, patterns: [], options: {} });
    const limits = { limitMs: BOUNDS.voice.wholeMs, signal };
    const ending = await capture({
      id: "voice",
      file,
      args: [...args, recording],
      cwd: directory,
      env: own,
      ...limits,
    });
    if (ending.code === 0) return stripVTControlCharacters(ending.stdout);
    const said = stripVTControlCharacters(ending.stderr).trim().split("\n").at(-1)?.slice(0, 200).replaceAll("`", "'");
    const why = said ? `: "${said}"` : "";
    throw new UserError(
      `\`${program}\` failed (${ending.code ?? ending.signal})${why}: try \`voice.command\` in a terminal.`,
    );
  } catch (cause) {
    throw cause instanceof EngineError
      ? new UserError(`${cause.message}: try \`voice.command\` in a terminal.`, { cause })
      : cause;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
