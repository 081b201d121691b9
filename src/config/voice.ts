import type { Problem } from "./problem.ts";
import type { FileTable, Secret } from "./schema.ts";

/** A service that takes OpenAI's requests. */
export interface VoiceService {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | Secret | undefined;
  /** The service's name for the language, such as "de". */
  readonly language: string | undefined;
  /** Whether it may be on this machine or its network. */
  readonly allowPrivate: boolean;
}

/** A program and its first arguments; the path of the recording is the last one. */
export interface VoiceCommand {
  readonly command: readonly [string, ...string[]];
}

export type VoiceConfig = VoiceService | VoiceCommand;

export const OPENAI_URL = "https://api.openai.com/v1";

/** The problems of `[voice]` beyond its keys. */
export function brokenVoice({ voice }: FileTable): Problem[] {
  if (voice?.command === undefined) return [];
  const path = ["voice", "command"];
  if (voice.base_url !== undefined)
    return [{ path, text: "and voice.base_url exclude each other: remove one of them." }];
  return wordsOf(voice.command)[0] ? [] : [{ path, text: "names no program." }];
}

/** `[voice]`, with Takopi's keys as defaults: these take private addresses and OPENAI_API_KEY as in Takopi. */
export function toVoice({ voice, transports }: FileTable, absolute: (path: string) => string): VoiceConfig | undefined {
  const { telegram } = transports;
  if (!voice && !telegram?.voice_transcription) return undefined;
  const [program, ...args] = wordsOf(voice?.command ?? "").map((word) =>
    word.startsWith("~/") ? absolute(word) : word,
  );
  if (program) return { command: [program.includes("/") ? absolute(program) : program, ...args] };
  const { base_url, api_key, model, language, allow_private = false } = voice ?? {};
  const takopiUrl = telegram?.voice_transcription_base_url?.replace(/\/+$/, "");
  return {
    baseUrl: base_url ?? takopiUrl ?? OPENAI_URL,
    model: model ?? telegram?.voice_transcription_model ?? "gpt-4o-mini-transcribe",
    apiKey:
      withPlace(api_key, absolute) ??
      (base_url === undefined ? (telegram?.voice_transcription_api_key ?? { env: "OPENAI_API_KEY" }) : undefined),
    language,
    allowPrivate: allow_private || (base_url === undefined && takopiUrl !== undefined),
  };
}

function withPlace<Key extends string | Secret | undefined>(key: Key, absolute: (path: string) => string) {
  return typeof key === "object" && "file" in key ? { file: absolute(key.file) } : key;
}

/** The words of a command line: no shell reads it, quotes hold a word together. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? "");
