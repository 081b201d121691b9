import { z } from "zod";
import type { Config } from "./config.ts";
import type { Problem } from "./problem.ts";
import type { FileTable } from "./schema.ts";

/** The bridge's own name at the broker is no machine's. */
export const machineName = z
  .string()
  .regex(/^(?!bridge$)[a-z0-9][a-z0-9-]{0,31}$/, { error: "1 to 32 of a-z, 0-9 and -, such as gpu, and not bridge" });
const publicKey = z.string().regex(/^U[A-Z2-7]{55}$/, { error: "a public nkey: U and 55 letters and digits" });

/** The broker between the bridge and the workers on other machines. */
export const machines = z.strictObject({
  broker: z.string().regex(/^(nats|tls):\/\/[^\s/@]+$/, { error: 'an address such as "nats://10.0.0.1:4222"' }),
  /** A file with the nkey seed of this machine. */
  credentials: z.string().trim().min(1).optional(),
  /** A file with the certificate that signed the broker's. */
  ca: z.string().trim().min(1).optional(),
  /** By machine, and `bridge` for the bridge: whose word counts as theirs. Without this, everybody's does. */
  keys: z.record(z.string(), publicKey).optional(),
  /** The name of this machine, for `takopi worker`. */
  name: machineName.optional(),
});

export type MachinesTable = z.output<typeof machines>;

/** Each project is in a directory here, or on another machine that the broker leads to. */
export function brokenMachines({ projects, machines }: FileTable): Problem[] {
  const ofProjects = Object.entries(projects).flatMap(([alias, { path, machine }]): Problem[] => {
    const at = ["projects", alias];
    if (path === undefined && machine === undefined)
      return [{ path: [...at, "path"], text: "is missing; expected a directory, or a machine in its place." }];
    if (path !== undefined && machine !== undefined)
      return [{ path: [...at, "machine"], text: "and path exclude each other: the worker there knows the path." }];
    if (machine !== undefined && !machines)
      return [{ path: [...at, "machine"], text: "needs machines.broker, which leads to other machines." }];
    if (machine !== undefined && machines?.keys && !(machine in machines.keys))
      return [{ path: [...at, "machine"], text: `needs machines.keys.${machine}, its public key.` }];
    return [];
  });
  return [...brokenKeys(machines), ...ofProjects];
}

function brokenKeys({ keys, credentials, name }: Partial<MachinesTable> = {}): Problem[] {
  if (!keys) return [];
  if (credentials === undefined)
    return [{ path: ["machines", "credentials"], text: "is missing; machines.keys needs a key of this machine, too." }];
  if (name !== undefined && !("bridge" in keys))
    return [{ path: ["machines", "keys", "bridge"], text: "is missing; a worker needs the bridge's public key." }];
  return [];
}

/** This machine, if it works for a bridge elsewhere: such a config has no bot. */
export const workerOf = ({ telegram, machines }: Pick<Config, "telegram" | "machines">): NamedMachine | undefined =>
  !telegram && machines?.name !== undefined ? { ...machines, name: machines.name } : undefined;

export interface NamedMachine extends MachinesTable {
  readonly name: string;
}

/** The machines that projects name. */
export const namedMachines = (projects: ReadonlyMap<string, { readonly machine?: string | undefined }>): Set<string> =>
  new Set([...projects.values()].flatMap(({ machine }) => machine ?? []));

export function toMachines(table: MachinesTable | undefined, absolute: (path: string) => string) {
  if (!table) return undefined;
  const { credentials, ca } = table;
  return {
    ...table,
    ...(credentials !== undefined && { credentials: absolute(credentials) }),
    ...(ca !== undefined && { ca: absolute(ca) }),
  };
}
