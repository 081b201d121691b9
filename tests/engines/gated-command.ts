import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { RUN_TIMEOUT_MS } from "../helpers/live-engine.ts";

/** A program in an engine's place that starts the engine at once, or waits in front of its start for as long as a test wants. */
export interface GatedCommand {
  readonly path: string;
  /** The engine's process that was started last. */
  pid(): number;
  /** Starts wait from now on. */
  hold(): void;
  /** The process of the first that waits. */
  held(): Promise<number>;
  release(): void;
}

/** Questions about version, login, models, or to a database are no starts: they end by themselves. */
export function makeGatedCommand(directory: string, command: string): GatedCommand {
  const path = join(directory, "gated-engine");
  const gate = join(directory, "gate");
  const held = join(directory, "held");
  const last = join(directory, "last");
  const script = `#!/bin/sh
case " $* " in *" --version "* | *" db "* | *" login "* | *" --list-models "* | *" models "*) exec "${command}" "$@" ;; esac
echo $$ > "${last}"
[ -e "${gate}" ] && echo $$ > "${held}"
while [ -e "${gate}" ]; do sleep 0.05; done
exec "${command}" "$@"
`;
  writeFileSync(path, script, { mode: 0o755 });
  const read = (file: string) => (existsSync(file) ? Number(readFileSync(file, "utf8")) : 0);
  return {
    path,
    pid: () => read(last),
    hold: () => writeFileSync(gate, ""),
    held: () => vi.waitUntil(() => read(held), { timeout: RUN_TIMEOUT_MS, interval: 20 }),
    release: () => rmSync(gate),
  };
}
