import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Stands in for openssl, which tests of machines use and a fresh machine may lack. */
const OPENSSL = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in -keyout | -out) echo made >"$2" ;; esac
  shift
done
`;

/** The environment in which it is found. */
export function withOpenssl(home: string): { readonly PATH: string } {
  const bin = join(home, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "openssl"), OPENSSL, { mode: 0o700 });
  return { PATH: `${bin}:${process.env["PATH"]}` };
}
