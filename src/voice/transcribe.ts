import { BOUNDS } from "../bounds.ts";
import type { Config } from "../config/config.ts";
import type { VoiceConfig } from "../config/voice.ts";
import { atMost } from "../domain/at-most.ts";
import type { PromptFile } from "../domain/files.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { withTries } from "../tries.ts";
import { askCommand } from "./command.ts";
import { askService, causeOf } from "./openai.ts";

export interface VoiceParts {
  readonly config: () => Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The bytes of a recording. @throws UserError if they will never come. */
  readonly fetchFile: (source: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  readonly log: Logger;
}

const OFF = `Voice messages are off: add this to \`takopi.toml\`, or a \`command\` of your own.

\`\`\`toml
[voice]
base_url = "https://api.openai.com/v1"
api_key = { env = "OPENAI_API_KEY" }
\`\`\`
`;

/**
 * Makes text of voice messages as the config says.
 *
 * @throws UserError with what to fix; `signal.reason` once aborted.
 */
export function transcriber(parts: VoiceParts): (voice: PromptFile, signal: AbortSignal) => Promise<string> {
  const inTurn = atMost(() => BOUNDS.voice.atOnce);
  return (voice, signal) => inTurn(() => transcribe(voice, signal, parts));
}

async function transcribe(voice: PromptFile, signal: AbortSignal, parts: VoiceParts): Promise<string> {
  signal.throwIfAborted();
  const setup = parts.config().voice;
  if (!setup) throw new UserError(OFF);
  const by = nameOf(setup);
  const late = AbortSignal.timeout(BOUNDS.voice.wholeMs);
  try {
    const text = await hear(voice, { ...parts, setup, by, signal: AbortSignal.any([signal, late]) });
    if (text.trim() !== "") return text.trim();
    throw new UserError("No words were heard in the voice message.");
  } catch (error) {
    signal.throwIfAborted();
    parts.log.warn({ err: error, by }, "voice.failed");
    throw late.aborted ? failure(`\`${by}\` gave no text within ${BOUNDS.voice.wholeMs / 1000} s`, error) : error;
  }
}

interface Hearing extends VoiceParts {
  readonly setup: VoiceConfig;
  readonly by: string;
  readonly signal: AbortSignal;
}

/** Fetches the recording and has it heard, each with its tries. */
async function hear(voice: PromptFile, { setup, by, ...parts }: Hearing): Promise<string> {
  const { signal, env, log, config, fetchFile } = parts;
  const maxBytes = config().telegram?.voice_max_bytes ?? Number.POSITIVE_INFINITY;
  if ((voice.size ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const { tries, waitMs } = BOUNDS.voice;
  const waitsMs = Array.from({ length: tries - 1 }, (_, number) => waitMs * 4 ** number);
  const onFailed = (err: unknown, wait: number | undefined) => log.warn({ err, waitMs: wait, by }, "voice.try_failed");
  const options = { waitsMs, signal, onFailed };
  const fetchOnce = async () => read(await fetchFile(voice.source, signal), { maxBytes, mime: voice.mime });
  const audio = await withTries(fetchOnce, options).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error instanceof UserError ? error : new UserError(NOT_FETCHED, { cause: error });
  });
  const ask = () =>
    "command" in setup ? askCommand(setup, audio, { env, signal }) : askService(setup, audio, { env, signal });
  return withTries(ask, options).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error instanceof UserError ? error : failure(`\`${by}\` failed (${causeOf(error)})`, error);
  });
}

const NOT_FETCHED = "The voice message could not be fetched from the chat: check the network.";

const failure = (what: string, cause: unknown) =>
  new UserError(`${what}: \`takopi doctor\` checks the voice settings.`, { cause });

const nameOf = (setup: VoiceConfig): string => ("command" in setup ? setup.command[0] : new URL(setup.baseUrl).host);

async function read(bytes: AsyncIterable<Uint8Array>, { maxBytes, mime }: { maxBytes: number; mime: string }) {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  return new Blob([Buffer.concat(pieces)], { type: mime });
}

const tooLarge = (maxBytes: number) =>
  new UserError(
    `The voice message is larger than ${(maxBytes / 1024 / 1024).toFixed(1)} MiB: send a shorter one, or raise \`transports.telegram.voice_max_bytes\`.`,
  );
