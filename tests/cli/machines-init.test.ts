import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command } from "../../src/cli/machines/init.ts";
import { resolveCall } from "../../src/cli/resolve.ts";
import { loadConfig } from "../../src/config/load.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { call, callWith, scratchHome } from "./calling.ts";
import { withOpenssl } from "./openssl.ts";

const read = (home: string, file: string) => readFileSync(join(home, ".takopi/broker", file), "utf8");

const init = (home: string, ...more: string[]) =>
  callWith(withOpenssl(home), command, home, ...more, "--host", "broker.example.org");

test("keys are nobody else's to read, and each config that is printed holds", async () => {
  const home = scratchHome();
  const { code, stdout } = await init(home, "gpu,laptop");
  expect(code).toBe(0);
  for (const file of ["bridge.nk", "gpu.nk", "laptop.nk", "broker.key"]) {
    expect(statSync(join(home, ".takopi/broker", file)).mode & 0o777, file).toBe(0o600);
  }
  const tables = stdout.match(/^ {2}\[machines\]\n(^ {2}\w+ = .*\n)+/gm) ?? [];
  expect(tables).toHaveLength(3);
  for (const table of tables) {
    const file = join(home, "takopi.toml");
    writeFileSync(file, `default_engine = "alpha"\n${table.replaceAll(/^ {2}/gm, "")}`);
    const { machines } = loadConfig({ file, cwd: home, env: { HOME: home }, engines: [scriptedEngine("alpha")] });
    expect(machines?.broker).toBe("tls://broker.example.org:4222");
  }
});

test("called again for a further machine, it keeps the keys that there are, also of a machine that has its key", async () => {
  const home = scratchHome();
  await init(home, "gpu");
  const before = [read(home, "bridge.nk"), read(home, "gpu.pub"), read(home, "broker.crt")];
  rmSync(join(home, ".takopi/broker/gpu.nk"));
  const { stdout } = await init(home, "laptop");
  expect([read(home, "bridge.nk"), read(home, "gpu.pub"), read(home, "broker.crt")]).toEqual(before);
  expect(read(home, "nats.conf")).toContain(read(home, "gpu.pub").trim());
  expect(stdout).toContain(`gpu = "${read(home, "gpu.pub").trim()}"`);
  expect(stdout).not.toContain("On gpu,");
});

test("without openssl it says what is missing", async () => {
  const home = scratchHome();
  const made = callWith({ PATH: home }, command, home, "gpu", "--host", "broker.example.org");
  await expect(made).rejects.toThrow(/certificate \(spawnSync openssl ENOENT\): is openssl 1.1.1 or later on PATH\?/);
});

test.each([
  [["Gpu"], /"Gpu" cannot be a machine's name/],
  [["bridge"], /"bridge" cannot be a machine's name/],
  [["gpu", "--port", "x"], /--port x is no port/],
  [["gpu", "--host", "a b"], /--host a b is neither a name nor an address/],
])("%j is refused", async (argv, message) => {
  await expect(call(command, scratchHome(), ...argv)).rejects.toThrow(message);
});

test("`machines` alone is the operation, and `machines init` the command", async () => {
  const entry = (name: string) => ({ name, description: "", load: async () => ({ command }) });
  const entries = [entry("run"), entry("machines init")];
  const resolve = (...argv: string[]) =>
    resolveCall(
      argv,
      entries,
      async () => [],
      async () => [entry("machines")],
    ).then((found) => found.entry.name);
  expect(await resolve("machines")).toBe("machines");
  expect(await resolve("machines", "--json")).toBe("machines");
  expect(await resolve("machines", "init", "gpu")).toBe("machines init");
  await expect(resolve("machines", "inti")).rejects.toThrow("did you mean init?");
});
