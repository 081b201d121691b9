import { z } from "zod";
import type { Problem } from "./problem.ts";
import type { FileTable } from "./schema.ts";

export const machineName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: "1 to 32 of a-z, 0-9 and -, such as gpu" });

/** The broker between the bridge and the workers on other machines. */
export const machines = z.strictObject({
  broker: z.string().regex(/^(nats|tls):\/\/[^\s/@]+$/, { error: 'an address such as "nats://10.0.0.1:4222"' }),
  /** A file with the nkey seed of this machine. */
  credentials: z.string().trim().min(1).optional(),
  /** A file with the certificate that signed the broker's. */
  ca: z.string().trim().min(1).optional(),
  /** The name of this machine, for `takopi worker`. */
  name: machineName.optional(),
});

export type MachinesTable = z.output<typeof machines>;

/** Each project is in a directory here, or on another machine that the broker leads to. */
export function brokenMachines({ projects, machines }: FileTable): Problem[] {
  return Object.entries(projects).flatMap(([alias, { path, machine }]): Problem[] => {
    const at = ["projects", alias];
    if (path === undefined && machine === undefined)
      return [{ path: [...at, "path"], text: "is missing; expected a directory, or a machine in its place." }];
    if (path !== undefined && machine !== undefined)
      return [{ path: [...at, "machine"], text: "and path exclude each other: the worker there knows the path." }];
    if (machine !== undefined && !machines)
      return [{ path: [...at, "machine"], text: "needs machines.broker, which leads to other machines." }];
    return [];
  });
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
