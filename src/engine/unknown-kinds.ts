import type { Logger } from "../log.ts";

/** The message that a decoder logs for a line whose kind this version does not know. */
export const UNKNOWN_KIND = "unknown_type";

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
