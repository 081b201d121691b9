import { execFileSync } from "node:child_process";
import { findBroker } from "./broker.ts";

// Installs Debian's broker if there is none.
if (findBroker() === undefined) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-qq"], { env, stdio: "inherit" });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "nats-server"], {
    env,
    stdio: "inherit",
  });
}
