import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Webhook } from "../domain/trigger.ts";

/** A call's claims about itself, once its sender is known. */
export interface Call {
  /** The same if it is sent again. */
  readonly delivery: string;
  /** GitHub's name for what happened. */
  readonly event: string | undefined;
}

const headerOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === "string" && value.length <= 200 ? value : undefined;
};

/** undefined unless the secret signed the body: SHA-256 over its bytes, in hex after `sha256=`. */
export function readCall(
  kind: Webhook["kind"],
  { headers, body, secret }: { readonly headers: IncomingHttpHeaders; readonly body: Buffer; readonly secret: string },
): Call | undefined {
  const signature = headerOf(headers, kind === "github" ? "x-hub-signature-256" : "x-signature-256") ?? "";
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(/^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1] ?? "", "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  // Only the body is signed: a call that was copied could otherwise come again under another id.
  const digest = createHash("sha256").update(body).digest("hex");
  if (kind === "hmac") return { delivery: digest, event: undefined };
  const id = headerOf(headers, "x-github-delivery");
  return id === undefined ? undefined : { delivery: id, event: headerOf(headers, "x-github-event") };
}
