// The exports of "takopi-ts/emulator": a Bot API server to test any Telegram bot against.
export { type Emulator, type EmulatorOptions, startEmulator } from "../playground/emulator.ts";
