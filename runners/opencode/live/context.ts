import type { Completed } from "../../../src/domain/events.ts";
import type { Client } from "./client.ts";
import { Providers } from "./schema.ts";
import type { LiveState } from "./state.ts";

/** The models that there are, with what is known of them. */
export const readProviders = (client: Client, directory: string) =>
  client.ask({ method: "GET", path: "/config/providers", directory }, Providers);

/** Adds to an outcome how full the model's context is, if opencode knows the size of that. Never throws. */
export async function withContext(outcome: Completed, client: Client, state: LiveState): Promise<Completed> {
  const { tokens, model, directory } = state;
  if (outcome.usage === undefined || tokens === undefined || model === undefined) return outcome;
  const known = await readProviders(client, directory).catch(() => undefined);
  const size = known?.providers.find(({ id }) => id === model.providerID)?.models[model.modelID]?.limit?.context;
  return size ? { ...outcome, usage: { ...outcome.usage, contextFill: Math.min(1, tokens / size) } } : outcome;
}
