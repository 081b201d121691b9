import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import { command } from "../../src/cli/machines/init.ts";
import { layKeys, seedFile } from "../../src/cli/machines/keys.ts";
import { machinesTable } from "../../src/cli/machines/tables.ts";
import { parseToml } from "../../src/config/toml.ts";
import { Seal } from "../../src/worker/nats/seal.ts";
import { call } from "../cli/calling.ts";
import { type Broker, startBroker } from "../helpers/broker.ts";

/** A broker with the config that `takopi machines init` makes. */
export interface Secured {
  readonly broker: Broker;
  readonly folder: string;
  readonly address: string;
  readonly ca: string;
  /** The table `machines` of a machine, or of the `bridge`. */
  table(name: string): string;
}

export async function secureBroker(...machines: string[]): Promise<Secured> {
  const folder = mkdtempSync(join(tmpdir(), "takopi-secured-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await call(command, folder, machines.join(","), "--host", "127.0.0.1", "--folder", folder);
  const broker = await startBroker(folder);
  const address = `tls://127.0.0.1:${broker.port}`;
  const ca = join(folder, "broker.crt");
  const keys = layKeys(folder, []);
  const table = (name: string) =>
    `${machinesTable({ broker: address, name, credentials: seedFile(folder, name), ca, keys })}\n`;
  return { broker, folder, address, ca, table };
}

/** The machine's own key in the hands of somebody else. */
export async function steal({ folder, address, ca }: Secured, name: string): Promise<NatsConnection> {
  const seed = readFileSync(join(folder, `${name}.nk`), "utf8").trim();
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
  const thief = await connect({ servers: address, tls: { caFile: ca }, authenticator, inboxPrefix: `_INBOX_${name}` });
  onTestFinished(() => thief.close());
  return thief;
}

/** Signs as a machine does. */
export function sealOf(secured: Secured, name: string): Seal {
  const { machines } = parseToml(secured.table(name), name) as { machines: ConstructorParameters<typeof Seal>[0] };
  return new Seal(machines);
}
