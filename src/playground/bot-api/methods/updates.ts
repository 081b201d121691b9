import type { Update } from "@grammyjs/types";
import { ApiError, badRequest } from "../api-error.ts";
import type { MethodCall } from "../method.ts";

const MAX_POLL_S = 50;
const WEBHOOK_ACTIVE =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

export async function getUpdates({ world, args, signal }: MethodCall): Promise<Update[]> {
  if (world.webhook !== "") throw new ApiError(409, WEBHOOK_ACTIVE);
  const allowed = args.json("allowed_updates");
  if (allowed !== undefined && !Array.isArray(allowed))
    throw badRequest("expected an Array of String as allowed_updates");
  return await world.updates.poll({
    offset: args.integer("offset") ?? 0,
    limit: args.integer("limit") ?? 100,
    timeoutMs: Math.min(args.integer("timeout") ?? 0, MAX_POLL_S) * 1000,
    allowedUpdates: allowed?.map(String),
    signal,
  });
}

export function deleteWebhook({ world, args }: MethodCall): true {
  if (args.flag("drop_pending_updates")) world.updates.clear();
  world.webhook = "";
  return true;
}

export function getWebhookInfo({ world }: MethodCall): unknown {
  return { url: world.webhook, has_custom_certificate: false, pending_update_count: world.updates.size };
}
