import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The bridge of `tests/chaos/child.ts` as one file. */
    readonly child: string;
  }
}

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Below node_modules, so that what is built finds its packages and git sees nothing. */
const cache = join(root, "node_modules/.cache");

/** Builds once what the tests start as programs: a bundle starts in a fraction of the time. */
export default async function buildPrograms(project: TestProject): Promise<() => void> {
  execFileSync(process.execPath, [join(root, ".build.mjs"), "--if-changed"], { stdio: "inherit" });
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "takopi-test-"));
  const child = join(folder, "tests/chaos/child.js");
  await build({
    ...{ entryPoints: [join(root, "tests/chaos/child.ts")], outfile: child, logLevel: "warning" },
    ...{ bundle: true, format: "esm", platform: "node", external: ["libsql", "@libsql/*", "pino", "grammy"] },
    banner: { js: 'import { createRequire as of } from "node:module";const require = of(import.meta.url);' },
  });
  symlinkSync(join(root, "fixtures"), join(folder, "fixtures"));
  cpSync(join(root, "package.json"), join(folder, "tests/package.json"));
  project.provide("child", child);
  return () => rmSync(folder, { recursive: true, force: true });
}
