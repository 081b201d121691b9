import type { z } from "zod";

/**
 * Checks a value against a schema that is used a few times: zod compiles a function for each object at its first use
 * (4.6), which is no gain before thousands of them.
 */
export function checkOnce<Schema extends z.ZodType>(schema: Schema, value: unknown) {
  return schema.safeParse(value, { jitless: true });
}
