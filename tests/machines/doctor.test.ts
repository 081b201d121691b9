import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command as doctor } from "../../src/cli/doctor.ts";
import { call, scratchHome } from "../cli/calling.ts";
import { stage } from "../helpers/bridge.ts";
import { freePort, startBroker } from "../helpers/broker.ts";
import { secureBroker } from "./secured.ts";
import { stageMachines, startWorker } from "./stage.ts";

/** What doctor says of the broker to somebody with this config, with its fixes. */
async function diagnose(table: string): Promise<string> {
  const home = scratchHome();
  mkdirSync(join(home, ".takopi"));
  writeFileSync(join(home, ".takopi/takopi.toml"), table, { mode: 0o600 });
  const { stdout } = await call(doctor, home);
  const from = stdout.indexOf("- broker");
  return stdout.slice(from);
}

test("both sides see a broker that works, and which machines are there", async () => {
  const secured = await secureBroker("gpu", "cpu");
  const projects = '[projects.api]\nmachine = "gpu"\n[projects.web]\nmachine = "cpu"\n';
  await stage({ tables: `${secured.table("bridge")}${projects}` });
  await startWorker({ name: "gpu", projects: ["api"], machines: secured.table("gpu") });
  const ofBridge = await diagnose(`${secured.table("bridge")}${projects}`);
  expect(ofBridge).toMatch(/^- broker: ok \(tls:.*\n- key for the broker: ok/);
  expect(ofBridge).toContain("- machine gpu: ok (there, on ");
  expect(ofBridge).toMatch(
    /- machine cpu: warning \(not there now\)\n {4}Run `takopi worker` there with machines.name = "cpu"/,
  );
  expect(await diagnose(secured.table("gpu"))).toMatch(/^- broker: ok .*\n.*\n- machine gpu: ok \(there, on /);
  expect(await diagnose(secured.table("cpu"))).toMatch(/- machine cpu: warning .*\n {4}Run `takopi worker`\./);
});

test("a worker is told that the bridge has not been there yet, and about keys that others can read", async () => {
  const secured = await secureBroker("gpu");
  expect(await diagnose(secured.table("gpu"))).toMatch(/^- broker: warning .*\n {4}Start the bridge/);
  await stage({ tables: `${secured.table("bridge")}[projects.api]\nmachine = "gpu"\n` });
  await startWorker({ name: "gpu", projects: ["api"], machines: secured.table("gpu") });
  chmodSync(join(secured.folder, "gpu.nk"), 0o644);
  expect(await diagnose(secured.table("gpu"))).toMatch(/others on this machine can read it\)\n {4}chmod 600 .*gpu\.nk/);
});

test("a key that the broker does not know, a certificate that is not known, and a broker that is away are told apart", async () => {
  const [secured, other] = [await secureBroker("gpu"), await secureBroker("gpu")];
  const table = secured.table("gpu");
  const stranger = table.replace(join(secured.folder, "gpu.nk"), join(other.folder, "gpu.nk"));
  expect(await diagnose(stranger)).toMatch(/^- broker: error .*\n {4}The broker does not know this key/);
  const wrong = table.replace(secured.ca, other.ca);
  expect(await diagnose(wrong)).toMatch(/^- broker: error .*\n {4}Set machines\.ca to the broker's broker\.crt/);
  const away = table.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${await freePort()}`);
  expect(await diagnose(away)).toMatch(/^- broker: error .*\n {4}Start it, or correct machines\.broker/);
});

test("a broker without JetStream, and one that takes everybody, are told", async () => {
  const folder = scratchHome();
  writeFileSync(join(folder, "nats.conf"), "");
  const bare = await startBroker(folder);
  const table = ({ address }: { address: string }) => `[machines]\nbroker = "${address}"\n`;
  expect(await diagnose(table(bare))).toMatch(/^- broker: error .*\n {4}Start nats-server with JetStream/);
  const open = await startBroker();
  await stage({ tables: `${table(open)}[projects.api]\nmachine = "gpu"\n` });
  await startWorker({ name: "gpu", projects: ["api"], broker: open.address });
  expect(await diagnose(table(open))).toMatch(/- key for the broker: warning .*\n {4}If others reach the broker/);
});

test("doctor --running says of a worker whether its broker hears it, and nothing of Telegram", async () => {
  const { worker, broker } = await stageMachines();
  const file = join(worker.directory, "same-place.toml");
  writeFileSync(file, `[machines]\nbroker = "${broker.address}"\nname = "gpu"\n`);
  const look = () => call(doctor, worker.directory, "--running", "--config", file);
  const heard = await look();
  expect(heard).toMatchObject({ code: 0, stdout: expect.stringMatching(/- worker gpu: ok \(.+; heard by nats:/) });
  await broker.kill();
  const lost = await look();
  expect(lost).toMatchObject({ code: 1, stdout: expect.stringMatching(/- worker gpu: error \(.+\n {4}Start it, or/) });
  await worker.stop();
  const ended = await look();
  expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining("Start it with `takopi worker`.") });
  for (const { stdout } of [heard, lost, ended]) expect(stdout).not.toMatch(/Telegram|bridge/);
});
