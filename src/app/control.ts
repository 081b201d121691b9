import { type ControlSetup, serveControl } from "../control/server.ts";
import type { Logger } from "../log.ts";
import { readVersion } from "../version.ts";

/** Without a socket, for example if its path is too long, chats are still served, and runs have no tools. */
export async function openControl(path: string, log: Logger, handle: ControlSetup["handle"]) {
  try {
    return await serveControl({ path, version: readVersion(), handle, log });
  } catch (error) {
    log.error({ err: error, path }, "control.not_opened");
    return undefined;
  }
}
