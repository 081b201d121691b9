import { Api, GrammyError } from "grammy";
import { afterEach, beforeEach } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/playground/emulator.ts";

/** An emulator and a real client for each test; floods are off unless the options say otherwise. */
export function useEmulator(options: EmulatorOptions = {}): { emulator: Emulator; api: Api } {
  const current = {} as { emulator: Emulator; api: Api };
  beforeEach(async () => {
    current.emulator = await startEmulator({ limits: "off", ...options });
    current.api = clientOf(current.emulator);
  });
  afterEach(() => current.emulator.close());
  return current;
}

export function clientOf(emulator: Emulator, token = emulator.token): Api {
  return new Api(token, { apiRoot: emulator.url });
}

/** How the server refused a call: its code and description. */
export async function refusal(call: Promise<unknown>): Promise<GrammyError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof GrammyError) return error;
    throw error;
  }
  throw new Error("The call was not refused.");
}
