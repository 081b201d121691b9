import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";

/** A program in an engine's place that starts the engine at once, or waits in front of its start for as long as a test wants. */
export interface GatedCommand {
  readonly path: string;
  hold(): void;
  /** The process that waits. */
  begun(): Promise<number>;
  release(): void;
}

export function makeGatedCommand(directory: string, command: string): GatedCommand {
  const path = join(directory, "gated-engine");
  const [gate, begun] = [join(directory, "gate"), join(directory, "begun")];
  const script = `#!/bin/sh
case " $* " in *" --version "*) exec "${command}" "$@" ;; esac
[ -e "${gate}" ] && echo $$ > "${begun}"
while [ -e "${gate}" ]; do sleep 0.05; done
exec "${command}" "$@"
`;
  writeFileSync(path, script, { mode: 0o755 });
  const read = () => (existsSync(begun) ? Number(readFileSync(begun, "utf8")) : 0);
  return {
    path,
    hold: () => writeFileSync(gate, ""),
    begun: () => vi.waitUntil(read, { timeout: RUN_TIMEOUT_MS, interval: 20 }),
    release: () => rmSync(gate),
  };
}
