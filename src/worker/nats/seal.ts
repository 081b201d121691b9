import { type KeyObject, sign, verify } from "node:crypto";
import type { MachinesTable } from "../../config/machines.ts";
import { readSeed } from "./credentials.ts";
import { checkingKey, readNkey, signingKey } from "./nkey.ts";

/**
 * Signs what goes over the broker, and refuses what the wrong machine has signed. The broker's rights alone do not keep a
 * machine to its own subjects: it sends the answer to a call to whatever subject the caller names.
 */
export class Seal {
  readonly #secret: KeyObject | undefined;
  readonly #own: KeyObject | undefined;
  /** By machine, and that of the bridge; undefined if nothing is checked. */
  readonly #known: ReadonlyMap<string, KeyObject> | undefined;

  /** @throws ConfigError if the key cannot be read. */
  constructor(machines: MachinesTable) {
    const seed = readSeed(machines);
    if (seed !== undefined) {
      const nkey = readNkey(seed);
      this.#secret = signingKey(nkey);
      this.#own = checkingKey(nkey.publicKey);
    }
    const { keys } = machines;
    this.#known = keys && new Map(Object.entries(keys).map(([name, key]) => [name, checkingKey(key)]));
  }

  /** `text`, which concerns a machine, as it travels. */
  close(machine: string, text: string): Uint8Array {
    const signature = this.#secret && sign(null, signed(machine, text), this.#secret).toString("base64");
    return encoder.encode(signature === undefined ? text : `${signature}\n${text}`);
  }

  /** The text, if the machine that it concerns has signed it, or the bridge, or this process; undefined otherwise. */
  open(machine: string, body: Uint8Array): string | undefined {
    const [, signature, text = ""] = /^(?:([\w+/=]{88})\n)?(.*)$/s.exec(new TextDecoder().decode(body)) ?? [];
    if (!this.#known) return text;
    if (signature === undefined) return undefined;
    const signers = [this.#known.get(machine), this.#known.get("bridge"), this.#own];
    const isGenuine = (key: KeyObject) => verify(null, signed(machine, text), key, Buffer.from(signature, "base64"));
    return signers.some((key) => key && isGenuine(key)) ? text : undefined;
  }
}

const encoder = new TextEncoder();
const signed = (machine: string, text: string): Uint8Array => encoder.encode(`${machine}\n${text}`);
