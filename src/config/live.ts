import { statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { ConfigError } from "../errors.ts";
import type { Config } from "./config.ts";
import { requireTelegram } from "./telegram.ts";

export interface LiveOptions {
  readonly config: Config;
  /** Reads the file again. @throws ConfigError */
  readonly reload: () => Config;
  readonly signal: AbortSignal;
  /** A changed file is in force; `atRestart` names the keys of it that are not, until the next start. */
  readonly onChange: (config: Config, atRestart: readonly string[]) => void;
  /** A changed file is not used, for this reason. */
  readonly onRefused: (reason: string) => void;
}

/** Editors write a file in several steps. */
const QUIET_MS = 200;
const FIXED = ["bot_token", "chat_id", "api_root", "proxy"] as const;

/**
 * The config as its file is now, if `watch_config` is set; else as it was at the start. If the file is broken or gone,
 * the last good config stays in force.
 */
export function liveConfig({ config, reload, signal, onChange, onRefused }: LiveOptions): () => Config {
  let current = config;
  const { file } = config;
  if (!config.watch_config || file === undefined) return () => current;
  let stamp = stampOf(file);
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const found = stampOf(file);
    if (found === stamp) return;
    stamp = found;
    try {
      const next = reload();
      const wanted = requireTelegram(next);
      const { bot_token, chat_id, api_root, proxy } = requireTelegram(current);
      const merged = { ...next, telegram: { ...wanted, bot_token, chat_id, api_root, proxy } };
      // Checks what will be in force, too: users that fit another chat may leave this one open.
      const telegram = requireTelegram(merged);
      const atRestart = FIXED.filter((key) => wanted[key] !== telegram[key]);
      current = merged;
      onChange(
        current,
        atRestart.map((key) => `transports.telegram.${key}`),
      );
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      onRefused(error.message);
    }
  };
  // The directory, since many editors put a new file in the old one's place.
  watch(dirname(file), { persistent: false, signal }, (_, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(look, QUIET_MS).unref();
  });
  return () => current;
}

function stampOf(file: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return String(error);
  }
}
