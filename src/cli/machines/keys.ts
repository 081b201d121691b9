import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newNkey } from "../../worker/nats/nkey.ts";

/** The secret of a machine, which belongs on that machine. */
export const seedFile = (folder: string, name: string): string => join(folder, `${name}.nk`);
/** Stays when the secret has moved to its machine. */
const publicFile = (folder: string, name: string): string => join(folder, `${name}.pub`);

/** Makes a key for each name that has none, and gives the public keys of all that have one: the bridge, then by name. */
export function layKeys(folder: string, names: readonly string[]): ReadonlyMap<string, string> {
  for (const name of new Set(["bridge", ...names])) {
    if (existsSync(publicFile(folder, name))) continue;
    const { seed, publicKey } = newNkey();
    writeFileSync(seedFile(folder, name), `${seed}\n`, { mode: 0o600, flag: "wx" });
    writeFileSync(publicFile(folder, name), `${publicKey}\n`);
  }
  const found = readdirSync(folder).flatMap((file) => (file.endsWith(".pub") ? [file.slice(0, -".pub".length)] : []));
  const sorted = ["bridge", ...found.filter((name) => name !== "bridge").sort()];
  return new Map(sorted.map((name) => [name, readFileSync(publicFile(folder, name), "utf8").trim()]));
}
