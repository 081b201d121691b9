import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "../config/edit.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../playground/emulator.ts";

const FILE = "playground.json";

/** Where the playground was last: an open page, or a bookmark, finds it there again. */
interface Address {
  readonly port: number;
  readonly key: string;
}

/**
 * Starts the emulator at its last address, which lies beside the config; if another program has that port by now, at a
 * free one. With `port` it is there or nowhere.
 *
 * @throws the error of `listen`, if `port` is taken.
 */
export async function startAtLastAddress(directory: string, port: number | undefined): Promise<Emulator> {
  const file = join(directory, FILE);
  const last = readAddress(file);
  const pageKey = last?.key ?? randomBytes(18).toString("base64url");
  const emulator = await start({ pageKey, port: port ?? last?.port ?? 0 }, port === undefined);
  const address: Address = { port: Number(new URL(emulator.url).port), key: pageKey };
  if (address.port !== last?.port) keep(file, address);
  return emulator;
}

async function start(options: EmulatorOptions, mayMove: boolean): Promise<Emulator> {
  try {
    return await startEmulator(options);
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken || !mayMove) throw error;
    return await startEmulator({ ...options, port: 0 });
  }
}

/** undefined for a file that is missing or holds something else. */
function readAddress(file: string): Address | undefined {
  try {
    const { port, key }: Record<string, unknown> = JSON.parse(readFileSync(file, "utf8"));
    const isWhole = Number.isInteger(port) && Number(port) > 1023 && typeof key === "string" && key.length >= 24;
    return isWhole ? { port: Number(port), key } : undefined;
  } catch {
    return undefined;
  }
}

/** A directory that cannot be written costs only this: the next address is another one. */
function keep(file: string, address: Address): void {
  try {
    writePrivateFile(file, `${JSON.stringify(address)}\n`);
  } catch {
    // Told by nothing: the printed address is good for as long as this playground runs.
  }
}
