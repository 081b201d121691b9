import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The bridge of `tests/chaos/child.ts`, built. */
    readonly child: string;
    /** The same for the worker of `tests/machines/child.ts`. */
    readonly workerChild: string;
  }
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const builder = join(root, ".build.mjs");
/** Below node_modules, so that what is built finds its packages and git sees nothing. */
const cache = join(root, "node_modules/.cache");

/** Builds once what the tests start as programs: a bundle starts in a fraction of the time. */
export default async function buildPrograms(project: TestProject): Promise<() => void> {
  execFileSync(process.execPath, [builder, "--if-changed"], { stdio: "inherit" });
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "takopi-test-"));
  for (const suite of ["chaos", "machines"]) {
    const argv = [builder, "--program", `tests/${suite}/child.ts`, join(folder, "tests", suite)];
    execFileSync(process.execPath, argv, { stdio: "inherit" });
  }
  symlinkSync(join(root, "fixtures"), join(folder, "fixtures"));
  cpSync(join(root, "package.json"), join(folder, "tests/package.json"));
  project.provide("child", join(folder, "tests/chaos/main.js"));
  project.provide("workerChild", join(folder, "tests/machines/main.js"));
  return () => rmSync(folder, { recursive: true, force: true });
}
