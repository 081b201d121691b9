import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { BOUNDS } from "../../bounds.ts";
import { UserError } from "../../errors.ts";

/** The certificate of the broker, which has signed itself, and its key; made for ten years if there is none. */
export function layCertificate(folder: string, host: string, env: NodeJS.ProcessEnv): string {
  const certificate = join(folder, "broker.crt");
  const key = join(folder, "broker.key");
  if (existsSync(certificate)) return certificate;
  const names = [...new Set([host, "localhost", "127.0.0.1"])].map((name) =>
    isIP(name) ? `IP:${name}` : `DNS:${name}`,
  );
  const args = [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"],
    ...["-subj", "/CN=takopi broker", "-addext", `subjectAltName=${names.join(",")}`],
    ...["-keyout", key, "-out", certificate],
  ];
  const { status, error, stderr } = spawnSync("openssl", args, {
    ...{ env, encoding: "utf8", timeout: BOUNDS.program.serviceMs },
  });
  if (status !== 0) {
    const reason = error?.message ?? stderr.trim().split("\n").at(-1);
    throw new UserError(
      `openssl could not make the broker's certificate (${reason}): is openssl 1.1.1 or later on PATH?`,
    );
  }
  chmodSync(key, 0o600);
  return certificate;
}
