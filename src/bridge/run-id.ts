import { randomBytes } from "node:crypto";

/** An id of a-z and 0-9, at most 24 long: it sorts by time (`now`, ms since 1970) and nobody can guess it. */
export function newRunId(now: number): string {
  return now.toString(36) + randomBytes(6).toString("hex");
}
