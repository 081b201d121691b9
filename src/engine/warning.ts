import type { ActionEvent } from "../domain/events.ts";

/** A warning of an engine that is no step of the work. `name` tells it from the engine's others. */
export const warningOf = (engine: string, name: string, title: string): ActionEvent => ({
  ...{ type: "action", engine, phase: "completed" },
  ...{ action: { id: `${engine}.${name}`, kind: "warning", title, detail: {} }, ok: false, level: "warning" },
});
