import { existsSync, readFileSync } from "node:fs";

/** The version in package.json, which lies one directory higher once the program is built. */
export function readVersion(): string {
  const places = ["../package.json", "../../package.json"].map((path) => new URL(path, import.meta.url));
  const place = places.find((url) => existsSync(url));
  if (!place) return "unknown";
  const { version } = JSON.parse(readFileSync(place, "utf8")) as { version?: string };
  return version ?? "unknown";
}
