import { supervise } from "./supervisor.ts";

export const command = supervise("logs");
