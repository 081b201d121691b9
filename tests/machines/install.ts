import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findBroker } from "../helpers/broker.ts";

const isThere = (name: string) =>
  (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(`${folder}/${name}`));

// Installs Debian's broker, and what makes its certificate, if they are missing.
const missing = [...(findBroker() === undefined ? ["nats-server"] : []), ...(isThere("openssl") ? [] : ["openssl"])];
if (missing.length > 0) {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, stdio: "inherit" } as const;
  execFileSync("apt-get", ["update", "-qq"], options);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], options);
}
