#!/usr/bin/env node
import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

/** The name of the program's file, which the build puts here: it changes with what is in the file. */
declare const PROGRAM: string;

/** By then a bridge has compiled what its start needs; `main.ts` changes V8's flags later, and the cache holds for one set. */
const STARTED_MS = 1_500;
const SUM_BYTES = 32;

const file = fileURLToPath(new URL(PROGRAM, import.meta.url));
const cache = `${file}-${process.version}-${process.arch}.cache`;

const own = { exports: {} };
compiled()(own.exports, createRequire(file), own, file, dirname(file));

/**
 * The program, from what V8 compiled at an earlier start if there was one: a third less time until the first poll
 * (Node 20.20). `module.enableCompileCache` does this in Node 22 and later, for modules one by one.
 */
function compiled(): (...parts: unknown[]) => void {
  const cachedData = stored();
  const script = new Script(readFileSync(file, "latin1"), { filename: file, ...(cachedData && { cachedData }) });
  if (!cachedData || script.cachedDataRejected) setTimeout(() => keep(script.createCachedData()), STARTED_MS).unref();
  return script.runInThisContext();
}

/** V8 checks its version, its flags and the length, but would run damaged code. */
function stored(): Buffer | undefined {
  try {
    const kept = readFileSync(cache);
    const data = kept.subarray(SUM_BYTES);
    return sumOf(data).equals(kept.subarray(0, SUM_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(data: Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

/** Beside the program, so that only who may change the program can change this. */
function keep(data: Buffer): void {
  const fresh = `${cache}.${process.pid}`;
  try {
    writeFileSync(fresh, Buffer.concat([sumOf(data), data]), { mode: 0o644, flag: "wx" });
    renameSync(fresh, cache);
  } catch {
    // The program was installed by somebody else: it starts as it did.
  }
}
