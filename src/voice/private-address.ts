import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { BlockList } from "node:net";
import { BOUNDS } from "../bounds.ts";
import { unlessAborted } from "../engine/unless-aborted.ts";
import { UserError } from "../errors.ts";

/** This machine, its network, and what clouds tell their machines. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ...([
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
  ] as const),
  ...([
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
  ] as const),
]) {
  PRIVATE.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
  ["64:ff9b::", 96],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv6");
}

const find = (host: string): Promise<readonly LookupAddress[]> => lookup(host, { all: true });

/** @throws UserError if the host of an address is on this machine or its network; any other error may pass. */
export async function requirePublic(url: string, signal: AbortSignal, findAll = find): Promise<void> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const { lookupMs } = BOUNDS.voice;
  const late = AbortSignal.timeout(lookupMs);
  const looking = unlessAborted(findAll(host), AbortSignal.any([signal, late]));
  const found = await looking.catch((cause: unknown) => {
    throw late.aborted ? new Error(`its address was not found within ${lookupMs / 1000} s`) : cause;
  });
  if (!found.some(({ address, family }) => PRIVATE.check(address, family === 6 ? "ipv6" : "ipv4"))) return;
  throw new UserError(
    `\`${host}\` is on this machine or its network: set \`voice.allow_private = true\` to allow that.`,
  );
}
