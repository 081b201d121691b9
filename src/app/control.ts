import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { operationHandler } from "../control/operation-handler.ts";
import { serveControl } from "../control/server.ts";
import type { Logger } from "../log.ts";
import type { Access } from "../operations/operation.ts";
import { programArguments } from "../program-files.ts";
import { readVersion } from "../version.ts";

type ControlParts = Omit<Access, "config" | "now"> & {
  readonly config: () => Config;
  readonly now: () => number;
  readonly mainChat: () => string;
};

/** Without a socket, for example if its path is too long, the bridge still serves its chats. */
export async function openControl(path: string, log: Logger, { config, now, mainChat, ...parts }: ControlParts) {
  const handle = operationHandler(() => ({ ...parts, config: config(), now: now() }), mainChat);
  try {
    return await serveControl({ path, version: readVersion(), handle, log });
  } catch (error) {
    log.error({ err: error, path }, "control.not_opened");
    return undefined;
  }
}

/** How the engines of runs reach takopi's own tools: by a program that is a client of the socket. */
export const runTools = async (directory: string, socket: string) => ({
  command: { file: process.execPath, args: [...(await programArguments("src/mcp/inside")), readVersion()] },
  directory: join(directory, "takopi.runs"),
  socket,
});
