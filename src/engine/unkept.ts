import type { EngineOptions } from "./options.ts";

/** Whether a run begins a session that the engine does not keep. A session that is kept stays so. */
export const isUnkept = ({ ephemeral }: Pick<EngineOptions, "ephemeral">, session: string | undefined): boolean =>
  ephemeral === true && session === undefined;
