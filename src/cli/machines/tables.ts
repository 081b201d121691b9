import { formatValue } from "../../config/toml.ts";

export interface TablePlan {
  /** The address of the broker. */
  readonly broker: string;
  /** Whose config it is: a machine's name, or `bridge`. */
  readonly name: string;
  /** Paths as they are on that machine. */
  readonly credentials: string;
  readonly ca: string;
  /** Public keys by machine; `bridge` is the bridge's. */
  readonly keys: ReadonlyMap<string, string>;
}

/** The table `machines` of a takopi.toml. The bridge knows every machine, and a worker the bridge alone. */
export function machinesTable({ broker, name, credentials, ca, keys }: TablePlan): string {
  const isBridge = name === "bridge";
  const known = [...keys].filter(([other]) => (other === "bridge") !== isBridge);
  const values = { broker, credentials, ca, ...(isBridge ? {} : { name }), keys: Object.fromEntries(known) };
  return ["[machines]", ...Object.entries(values).map(([key, value]) => `${key} = ${formatValue(value)}`)].join("\n");
}
