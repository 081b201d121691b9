import type { Logger } from "../log.ts";

/** The message that a decoder logs for a line whose kind this version does not know. */
export const UNKNOWN_KIND = "unknown_type";

/** Kinds of lines that are told apart; an engine that prints anything but its protocol has no more. */
export const MAX_KINDS = 50;

/** Logs each kind that is not known once. */
export function unknownKinds(log: Logger): (type: string) => void {
  const told = new Set<string>();
  return (type) => {
    if (told.has(type) || told.size >= MAX_KINDS) return;
    told.add(type);
    log.warn({ kind: UNKNOWN_KIND, type }, "engine.line_skipped");
  };
}

/** The same log, which also tells of each kind of line that an engine's decoder did not know. */
export function hearingUnknown(log: Logger, hear: (kind: string) => void): Logger {
  return {
    debug: (fields, event) => log.debug(fields, event),
    info: (fields, event) => log.info(fields, event),
    error: (fields, event) => log.error(fields, event),
    child: (fields) => hearingUnknown(log.child(fields), hear),
    warn: (fields, event) => {
      log.warn(fields, event);
      const { kind, type } = fields as { kind?: unknown; type?: unknown };
      if (event === "engine.line_skipped" && kind === UNKNOWN_KIND && typeof type === "string")
        hear(type.slice(0, 100));
    },
  };
}
