import { BEATS, callSubject, EVENTS, eventSubject, filesOf, JOBS } from "../../worker/nats/names.ts";

export interface BrokerPlan {
  readonly port: number;
  /** Public keys by machine; `bridge` is the bridge's. */
  readonly keys: ReadonlyMap<string, string>;
}

/** The config of a NATS server to which each machine has its own key. It names files of its own folder. */
export const brokerConfig = ({
  port,
  keys,
}: BrokerPlan): string => `# Made by \`takopi machines init\`, which makes it anew for each further machine. Start it in this folder:
# nats-server -c nats.conf
listen: "0.0.0.0:${port}"
jetstream { store_dir: "store" }
tls { cert_file: "broker.crt", key_file: "broker.key" }
authorization {
  users: [
${[...keys].map(([name, key]) => userOf(name, key)).join("\n")}
  ]
}
`;

const userOf = (name: string, key: string): string => `    # ${name}
    { nkey: ${key}, permissions: {
      publish: ${listOf(name === "bridge" ? BRIDGE : mayPublish(name))}
      subscribe: ${listOf(name === "bridge" ? [inbox(name)] : [inbox(name), callSubject(name)])}${
        // A worker answers calls, a summary of a session within eleven minutes.
        name === "bridge" ? "" : '\n      allow_responses: { max: 1, expires: "12m" }'
      } } }`;

const inbox = (name: string): string => `_INBOX_${name}.>`;
const listOf = (subjects: readonly string[]): string => JSON.stringify(subjects);

/** The bridge makes the streams, and reads and writes them all. */
const BRIDGE = ["tk.>", "$JS.>", "$KV.>", "$O.>"];

/**
 * A worker takes its own tasks, tells of its own runs and of itself, and has a store of its own for files. It makes no
 * consumers: the broker pushes what they find to whatever subject they name.
 */
function mayPublish(machine: string): readonly string[] {
  const line = `$KV.${BEATS}.${machine}`;
  const files = filesOf(machine);
  const events = eventSubject(machine, "*");
  return [
    ...["$JS.API.INFO", `$JS.API.STREAM.INFO.KV_${BEATS}`, `$JS.API.DIRECT.GET.KV_${BEATS}.${line}`, line],
    ...[`$JS.API.CONSUMER.INFO.${JOBS}.${machine}`, `$JS.API.CONSUMER.MSG.NEXT.${JOBS}.${machine}`],
    ...[`$JS.ACK.${JOBS}.${machine}.>`, events, `$JS.API.DIRECT.GET.${EVENTS}.${events}`],
    `$O.${files}.>`,
    ...["STREAM.INFO", "STREAM.PURGE", "STREAM.MSG.GET", "DIRECT.GET"].map((call) => `$JS.API.${call}.OBJ_${files}`),
  ];
}
