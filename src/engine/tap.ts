import type { Wire } from "./json-peer.ts";

/** Hears what goes over a wire. */
export interface Tap {
  /** From the engine. */
  heard(chunk: Uint8Array): void;
  /** To the engine. */
  said(text: string): void;
}

/** Adds a tap; the result takes it off again. */
export type AddTap = (tap: Tap) => () => void;

/** Those who listen to a wire now. */
export class Taps implements Tap {
  readonly #taps = new Set<Tap>();

  readonly add: AddTap = (tap) => {
    this.#taps.add(tap);
    return () => void this.#taps.delete(tap);
  };

  heard(chunk: Uint8Array): void {
    for (const tap of this.#taps) tap.heard(chunk);
  }

  said(text: string): void {
    for (const tap of this.#taps) tap.said(text);
  }
}

/** The same wire, to which taps can be added. */
export function tappable(wire: Wire): { readonly wire: Wire; readonly tap: AddTap } {
  const taps = new Taps();
  async function* heard() {
    for await (const chunk of wire.stdout) {
      taps.heard(chunk);
      yield chunk;
    }
  }
  const write = (text: string) => {
    taps.said(text);
    return wire.write(text);
  };
  return { wire: { stdout: heard(), write }, tap: taps.add };
}
