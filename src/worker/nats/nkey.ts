import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { nkeys } from "@nats-io/transport-node";

/** A key of a machine, as the broker knows such keys. */
export interface Nkey {
  /** The secret. */
  readonly seed: string;
  /** The name under which the broker knows it: U and 55 letters and digits. */
  readonly publicKey: string;
}

export function newNkey(): Nkey {
  const pair = nkeys.createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}

/** @throws Error if it is no seed of a user. */
export function readNkey(seed: string): Nkey {
  const publicKey = nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
  if (!publicKey.startsWith("U")) throw new Error("it is the key of something else");
  return { seed, publicKey };
}

// The keys are those of Ed25519, which Node signs with fifty times faster than the broker's library.
const DER = {
  secret: Buffer.from("302e020100300506032b657004220420", "hex"),
  public: Buffer.from("302a300506032b6570032100", "hex"),
};

export const signingKey = ({ seed }: Nkey): KeyObject =>
  createPrivateKey({
    ...{ format: "der", type: "pkcs8" },
    key: Buffer.concat([DER.secret, fromBase32(seed).subarray(2, 34)]),
  });

export const checkingKey = (publicKey: string): KeyObject =>
  createPublicKey({
    ...{ format: "der", type: "spki" },
    key: Buffer.concat([DER.public, fromBase32(publicKey).subarray(1, 33)]),
  });

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
