import { join } from "node:path";
import { programArguments } from "../program-files.ts";
import { readVersion } from "../version.ts";

/** How the engines of runs reach takopi's own tools: by a program that is a client of the socket. */
export const runTools = async (directory: string, socket: string) => ({
  command: { file: process.execPath, args: [...(await programArguments("src/mcp/inside")), readVersion()] },
  directory: join(directory, "takopi.runs"),
  socket,
});
