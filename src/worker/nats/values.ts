import { randomBytes } from "node:crypto";
import { BOUNDS } from "../../bounds.ts";
import { parseJson } from "../../engine/json.ts";
import type { Objects } from "./objects.ts";
import type { Seal } from "./seal.ts";

/** JSON values as messages. A long one lies in the object store of its machine, and the message says where. */
export class Values {
  readonly #objects: Objects;
  readonly #seal: Seal;
  constructor(objects: Objects, seal: Seal) {
    this.#objects = objects;
    this.#seal = seal;
  }

  async pack(machine: string, value: unknown): Promise<Uint8Array> {
    const { packetBytes, valueBytes } = BOUNDS.machines;
    const bytes = this.#seal.close(machine, JSON.stringify({ is: value }));
    if (bytes.length <= packetBytes) return bytes;
    if (bytes.length > valueBytes) throw new Error(`A value of ${bytes.length} bytes is too long for another machine.`);
    const at = newName();
    await this.#objects.put(machine, at, once(encode(value)));
    return this.#seal.close(machine, JSON.stringify({ at }));
  }

  /** undefined if it is none, or somebody else has signed it. */
  async unpack(machine: string, body: Uint8Array): Promise<unknown> {
    const packed = parseJson(this.#seal.open(machine, body) ?? "");
    if (typeof packed !== "object" || packed === null) return undefined;
    if (!("at" in packed) || typeof packed.at !== "string") return "is" in packed ? packed.is : undefined;
    const bytes = await collect(this.#objects.get(machine, packed.at), BOUNDS.machines.valueBytes);
    return parseJson(new TextDecoder().decode(bytes));
  }
}

/** A name that nobody has used, for something on its way. */
export const newName = (): string => randomBytes(12).toString("hex");

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

async function collect(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw new Error(`A value of another machine has more than ${most} bytes.`);
    found.push(chunk);
  }
  return Buffer.concat(found);
}
