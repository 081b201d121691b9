import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Pass, RUN_OVER } from "../engine/pass.ts";
import { OperationFailure } from "./protocol.ts";

const pass = z.object({ socket: z.string(), token: z.string() }) satisfies z.ZodType<Pass>;

/** @throws OperationFailure if the run that had it has ended. */
export function readPass(file: string): Pass {
  try {
    return pass.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new OperationFailure("not_allowed", RUN_OVER, { cause });
  }
}
