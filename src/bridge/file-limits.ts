import type { Config } from "../config/config.ts";
import { MAX_FETCHED_BYTES, type PromptFile } from "../domain/files.ts";
import { inlineCode } from "../domain/inline-code.ts";
import { UserError } from "../errors.ts";

/**
 * Refuses somebody who may not transfer files, whichever way.
 *
 * @throws UserError with the key to change.
 */
export function checkTransfer(userId: string | undefined, { telegram }: Config): void {
  if (!telegram) return;
  const { enabled, allowed_user_ids: users } = telegram.files;
  if (!enabled) {
    throw new UserError("Files are switched off: set `enabled = true` in `[transports.telegram.files]`.", {
      code: "not_allowed",
    });
  }
  if (users.length > 0 && !users.some((id) => String(id) === userId)) {
    throw new UserError("You may not transfer files here: `transports.telegram.files.allowed_user_ids` says who may.", {
      code: "not_allowed",
    });
  }
}

/**
 * Refuses files that this person may not send, or that no bot could fetch.
 *
 * @throws UserError with the key to change, or what to do instead.
 */
export function checkFiles(files: readonly PromptFile[], userId: string | undefined, config: Config): void {
  if (files.length === 0) return;
  checkTransfer(userId, config);
  const large = files.find(({ size = 0 }) => size > MAX_FETCHED_BYTES);
  if (!large) return;
  const size = ((large.size ?? 0) / 1024 / 1024).toFixed(1);
  throw new UserError(
    `${inlineCode(large.name)} has ${size} MiB, and a bot can fetch at most 20 MiB: send a smaller one, or put it into the project yourself.`,
  );
}
