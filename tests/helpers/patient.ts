import type { Emulator } from "../../src/playground/emulator.ts";

/** The same emulator, which waits longer unless told otherwise: on a busy machine a program takes its time to start. */
export const patient = (emulator: Emulator, waitMs: number): Emulator => ({
  ...emulator,
  waitFor: (find, timeoutMs = waitMs) => emulator.waitFor(find, timeoutMs),
});
