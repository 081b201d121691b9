/** Mulberry32: numbers from 0 to 1 that a seed decides. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ODD: readonly unknown[] = [null, true, -1, 0, 1e308, "", "\u202e\u0000\ud800", "x".repeat(5000), [], {}, [[[]]]];

/** A copy of a JSON value with a few of its parts replaced, removed or repeated. */
export function mutateJson(value: unknown, random: () => number): unknown {
  if (random() < 0.04) return ODD[Math.floor(random() * ODD.length)];
  if (Array.isArray(value)) {
    const items = value.map((item) => mutateJson(item, random));
    return random() < 0.05 ? [...items, ...items] : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(() => random() > 0.03);
  return Object.fromEntries(entries.map(([key, part]) => [key, mutateJson(part, random)]));
}

/** A line as bytes with some of them cut out, doubled or changed, newlines spared. */
export function mutateBytes(line: Uint8Array, random: () => number): Buffer {
  const bytes = Buffer.from(line);
  const at = Math.floor(random() * bytes.length);
  const kind = random();
  if (kind < 0.3) return bytes.subarray(0, at);
  if (kind < 0.6) return Buffer.concat([bytes.subarray(0, at), bytes]);
  for (let index = 0; index < 4; index++) {
    const byte = Math.floor(random() * 256);
    bytes[Math.floor(random() * bytes.length)] = byte === 0x0a ? 0x20 : byte;
  }
  return bytes;
}
