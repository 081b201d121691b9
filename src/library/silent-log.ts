import type { Logger } from "../log.ts";

/** A library says nothing by itself. */
export const silentLog: Logger = {
  ...{ debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  child: () => silentLog,
};
