import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { baseOptions } from "../../src/engine/options.ts";

export const ENGINE = "demo";

export const demoOptions = z.strictObject({
  ...baseOptions,
  /** Milliseconds between two steps. */
  pace_ms: z.int().min(0).optional(),
  session_dir: z.string().min(1).optional(),
});

export type DemoOptions = z.infer<typeof demoOptions>;

export const sessionFolder = (options: DemoOptions): string =>
  options.session_dir ?? join(tmpdir(), `takopi-demo-${process.getuid?.() ?? "sessions"}`);
