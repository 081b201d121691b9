import { statSync } from "node:fs";
import type { Config } from "../config/config.ts";
import { type MachinesTable, type NamedMachine, namedMachines } from "../config/machines.ts";
import { ConfigError } from "../errors.ts";
import type { Check, CheckOptions } from "./checks.ts";

/** Whether the broker takes this machine's key, and which machines are there. */
export async function checkMachines({ machines, projects }: Config, { signal }: CheckOptions): Promise<Check[]> {
  if (!machines) return [];
  const { tryBroker } = await import("../worker/nats/try.ts");
  const { broker, name } = machines;
  try {
    const hosts = await tryBroker(machines, signal);
    const wanted = name === undefined ? [...namedMachines(projects)] : [name];
    return [
      { name: "broker", state: "ok", detail: broker },
      ...checkKeys(machines),
      ...wanted.map((one) => checkMachine(one, hosts.get(one), name)),
    ];
  } catch (error) {
    const reason = reasonOf(error);
    const isNew = NEW.test(reason);
    return [{ name: "broker", state: isNew ? "warning" : "error", detail: `${broker}: ${reason}`, fix: fixOf(error) }];
  }
}

/** Whether the broker hears the worker that runs here, so that a task that is sent now would reach it. */
export async function checkWorker(machines: NamedMachine, holder: string, signal: AbortSignal): Promise<Check> {
  const { broker } = machines;
  const name = `worker ${machines.name}`;
  const { tryBroker } = await import("../worker/nats/try.ts");
  try {
    const isHeard = (await tryBroker(machines, signal)).has(machines.name);
    if (isHeard) return { name, state: "ok", detail: `${holder}; heard by ${broker}` };
    return { name, state: "error", detail: `${holder}; not heard by ${broker} for a while`, fix: "Its log says more." };
  } catch (error) {
    return { name, state: "error", detail: `${holder}; ${broker}: ${reasonOf(error)}`, fix: fixOf(error) };
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function checkMachine(name: string, host: string | undefined, own: string | undefined): Check {
  if (host !== undefined) return { name: `machine ${name}`, state: "ok", detail: `there, on ${host}` };
  const fix = own === name ? "Run `takopi worker`." : `Run \`takopi worker\` there with machines.name = "${name}".`;
  return { name: `machine ${name}`, state: "warning", detail: "not there now", fix };
}

function checkKeys({ credentials, keys }: MachinesTable): Check[] {
  const name = "key for the broker";
  if (credentials === undefined) {
    const fix = "If others reach the broker, give each machine a key: `takopi machines init`.";
    return [{ name, state: "warning", detail: "none: whoever reaches the broker can run commands here", fix }];
  }
  if (((statSync(credentials, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0) {
    const fix = `chmod 600 ${credentials}`;
    return [{ name, state: "warning", detail: "others on this machine can read it", fix }];
  }
  if (keys) return [{ name, state: "ok", detail: credentials }];
  const fix = "Set machines.keys as `takopi machines init` prints it.";
  return [{ name, state: "warning", detail: "the other side's is not known, so its messages are not checked", fix }];
}

/** No bridge has been there yet. */
const NEW = /stream not found/i;

/** By what the broker or its client says. */
const FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /authorization/i,
    "The broker does not know this key: `takopi machines init` beside it, then `nats-server --signal reload`.",
  ],
  [/certificate|altnames/i, "Set machines.ca to the broker's broker.crt, and use the name that was given as --host."],
  [/jetstream (is )?not enabled/i, "Start nats-server with JetStream: -js."],
  [NEW, "Start the bridge: it makes the streams when it first finds the broker."],
  [/permissions/i, "Make the broker's config anew with `takopi machines init`; this key may be another machine's."],
];

function fixOf(error: unknown): string {
  if (error instanceof ConfigError) return "Correct machines in the config.";
  return FIXES.find(([pattern]) => pattern.test(reasonOf(error)))?.[1] ?? "Start it, or correct machines.broker.";
}
