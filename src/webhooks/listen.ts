import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { BOUNDS } from "../bounds.ts";
import type { Config } from "../config/config.ts";
import { readSecret } from "../config/secret.ts";
import type { Trigger, Webhook } from "../domain/trigger.ts";
import { ConfigError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { readBody } from "./body.ts";
import { readCall } from "./signature.ts";

export interface WebhooksSetup {
  readonly config: () => Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: Store;
  /** A call was stored. */
  readonly onReceived: () => void;
  readonly log: Logger;
  /** ms since 1970. */
  readonly now: () => number;
  /** How long a whole request may take, ms. */
  readonly limitMs?: number;
}

const MAX_CONNECTIONS = 64;

/**
 * Takes calls at `POST /<trigger>`, each stored before it is answered with 202. undefined if the config has no address.
 *
 * @throws ConfigError for a secret that is not there, and for an address that cannot be used.
 */
export async function listenForWebhooks(
  setup: WebhooksSetup,
): Promise<{ readonly port: number; close(): Promise<void> } | undefined> {
  const { config, log, limitMs = BOUNDS.webhook.requestMs } = setup;
  const { webhooks, triggers } = config();
  if (!webhooks) return undefined;
  for (const { name, webhook } of triggers) if (webhook) secretOf(name, webhook, setup);
  const server = createServer(
    { requestTimeout: limitMs, headersTimeout: limitMs, connectionsCheckingInterval: Math.min(limitMs, 1_000) },
    (request, response) => {
      void answer(request, setup).then((status) => {
        // The unread rest of a body is not waited for.
        response.writeHead(status, { connection: "close" }).end();
        if (!request.complete) response.once("finish", () => request.destroy());
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const { host, port } = webhooks;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new ConfigError(
          `webhooks.listen is "${host}:${port}", which cannot be used (${cause.code}): choose another port.`,
          { cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  server.on("error", (error) => log.error({ err: error }, "webhooks.failed"));
  const { port: own } = server.address() as AddressInfo;
  log.info({ host, port: own }, "webhooks.listening");
  return {
    port: own,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The status to answer with. Never rejects. */
async function answer(request: IncomingMessage, setup: WebhooksSetup): Promise<number> {
  const { config, store, onReceived, log, now } = setup;
  const name = /^\/([\w-]{1,40})$/.exec(request.url ?? "")?.[1];
  const trigger = config().triggers.find((one) => one.webhook && one.name === name);
  if (!trigger?.webhook) return 404;
  if (request.method !== "POST") return 405;
  try {
    const body = await readBody(request);
    if (!body) return 413;
    const { kind } = trigger.webhook;
    const secret = secretOf(trigger.name, trigger.webhook, setup);
    const call = readCall(kind, { headers: request.headers, body, secret });
    if (!call) {
      log.warn({ trigger: name }, "webhook.refused");
      return 401;
    }
    if (!isWanted(trigger, call.event)) return 202;
    const stored = { trigger: trigger.name, delivery: call.delivery, payload: body.toString(), receivedAt: now() };
    const isNew = store.durably(() => store.webhooks.receive(stored));
    log.info({ trigger: name, delivery: call.delivery, isNew }, "webhook.received");
    if (isNew) setImmediate(onReceived);
    return 202;
  } catch (error) {
    log.warn({ err: error, trigger: name }, "webhook.failed");
    return 503;
  }
}

/** GitHub sends `ping` to see whether somebody is there. */
const isWanted = ({ webhook }: Trigger, event: string | undefined): boolean =>
  webhook?.events ? event !== undefined && webhook.events.includes(event) : event !== "ping";

function secretOf(name: string, { secret }: Webhook, { env, config }: WebhooksSetup): string {
  const value = readSecret(secret, env);
  if (value !== undefined) return value;
  const where = "env" in secret ? `$${secret.env}` : secret.file;
  throw new ConfigError(
    `${config().file ?? "config"}: triggers.${name}.webhook.secret is to come from ${where}, which is empty or not there.`,
  );
}
