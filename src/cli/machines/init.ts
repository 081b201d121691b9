import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { machineName } from "../../config/machines.ts";
import { ConfigError } from "../../errors.ts";
import { defineCommand } from "../command.ts";
import { directoryOf, shortPath } from "../config-file.ts";
import { brokerConfig } from "./broker-config.ts";
import { layCertificate } from "./certificate.ts";
import { layKeys, seedFile } from "./keys.ts";
import { machinesTable } from "./tables.ts";

const PORT = "4222";

/** Lays a folder with all that a broker needs: its config, a certificate, and a key for each machine. */
export const command = defineCommand({
  args: {
    names: { type: "positional", description: "The machines, with commas between, such as gpu,laptop" },
    host: { type: "string", description: "The name or address under which the machines reach the broker" },
    port: { type: "string", description: `The broker's port; ${PORT} unless given` },
    folder: { type: "string", description: "Where to put it; `broker` beside the config unless given" },
  },
  run({ names, host = hostname(), port = PORT, folder: wanted }, context) {
    const machines = names.split(",").map((name) => requireName(name.trim()));
    if (!/^[1-9]\d{0,4}$/.test(port)) throw new ConfigError(`--port ${port} is no port.`);
    if (!/^[\w.:-]+$/.test(host)) throw new ConfigError(`--host ${host} is neither a name nor an address.`);
    const folder = resolve(context.cwd, wanted ?? join(directoryOf(context), "broker"));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const ca = layCertificate(folder, host, context.env);
    const keys = layKeys(folder, machines);
    writeFileSync(join(folder, "nats.conf"), brokerConfig({ port: Number(port), keys }));
    const broker = `tls://${host.includes(":") ? `[${host}]` : host}:${port}`;
    const short = (path: string) => shortPath(path, context.env);
    const ofBridge = machinesTable({
      ...{ broker, keys, name: "bridge", credentials: short(seedFile(folder, "bridge")), ca: short(ca) },
    });
    const ofWorker = (name: string) =>
      machinesTable({ broker, keys, name, credentials: `~/.takopi/${name}.nk`, ca: "~/.takopi/broker.crt" });
    const parts = [
      `Made ${short(folder)}. Start the broker there:\n\n  cd ${short(folder)} && nats-server -c nats.conf`,
      `The bridge's takopi.toml needs:\n\n${indent(ofBridge)}`,
      ...machines.map((name) => {
        const files = `move ${name}.nk and copy broker.crt from this folder into ~/.takopi`;
        return `On ${name}, ${files}. Its takopi.toml needs:\n\n${indent(ofWorker(name))}`;
      }),
    ];
    context.stdout.write(`${parts.join("\n\n")}\n`);
    return 0;
  },
});

const indent = (text: string): string => text.replace(/^/gm, "  ");

function requireName(name: string): string {
  const { error } = machineName.safeParse(name);
  if (error) throw new ConfigError(`"${name}" cannot be a machine's name: ${error.issues[0]?.message}.`);
  return name;
}
