import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArguments } from "../../src/cli/arguments.ts";
import { entries } from "../../src/cli/index.ts";
import { command } from "../../src/cli/machines/init.ts";
import { operationEntries } from "../../src/cli/operation.ts";
import { resolveCall } from "../../src/cli/resolve.ts";
import { loadConfig } from "../../src/config/load.ts";
import { scriptedEngine } from "../helpers/scripted-engine.ts";
import { callWith, scratchHome } from "./calling.ts";
import { withOpenssl } from "./openssl.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const compose = read("docs/how-to/docker/machines.yaml");
const guide = read("docs/how-to/machines.md");

/** Finds the command in words, and throws if the command or one of its flags is none. */
async function understand(words: string): Promise<string> {
  const { entry, argv } = await resolveCall(
    words.split(" "),
    entries,
    async () => [],
    async () => operationEntries,
  );
  readArguments(argv, (await entry.load()).command.args);
  return entry.name;
}

const inGuide = [...guide.matchAll(/^takopi (.+)$|`takopi (.+?)`/gm)].map(([, line, words]) => line ?? words ?? "");

describe("the how-to", () => {
  test("names commands", () => expect(inGuide.length).toBeGreaterThan(5));

  test.each([...new Set(inGuide)])("takopi %s is a command with these flags", async (words) => {
    expect(words).toMatch(new RegExp(`^${await understand(words.replace("install | uninstall", "install"))}`));
  });
});

describe("the compose file", () => {
  const [, words = ""] = /^# +takopi (machines init .+)$/m.exec(compose) ?? [];

  test("mounts what its first command makes, where its tables look for it", async () => {
    const home = scratchHome();
    await understand(words);
    const { stdout } = await callWith(withOpenssl(home), command, home, ...words.split(" ").slice(2));
    const mounts = [...compose.matchAll(/- \.\/broker\/(\S+):(\/broker\/\S+):ro/g)];
    for (const [, file = "", path = ""] of mounts) {
      expect(existsSync(join(home, "broker", file)), file).toBe(true);
      expect(compose.slice(0, compose.indexOf("services:"))).toContain(`"${path}"`);
    }
    expect(new Set(mounts.map(([, file]) => file))).toEqual(new Set(["bridge.nk", "gpu.nk", "broker.crt"]));
    const [, config = ""] = /command: \["-c", "(.+)"\]/.exec(compose) ?? [];
    expect(existsSync(join(home, "broker", config))).toBe(true);
    // The tables name the service as their host.
    expect(compose).toContain("\n  broker:\n");
    for (const [index, name] of ["bridge", "gpu"].entries()) {
      const table = stdout.match(/^ {2}\[machines\]\n(^ {2}\w+ = .*\n)+/gm)?.[index]?.replaceAll(/^ {2}/gm, "") ?? "";
      const inside = table.replace(/^credentials = .*$/m, `credentials = "/broker/${name}.nk"`);
      mkdirSync(join(home, name));
      const file = join(home, name, "takopi.toml");
      writeFileSync(file, inside.replace(/^ca = .*$/m, 'ca = "/broker/broker.crt"'));
      const { machines } = loadConfig({ file, cwd: home, env: { HOME: home }, engines: [scriptedEngine("codex")] });
      expect(machines).toMatchObject({ broker: "tls://broker:4222", ca: "/broker/broker.crt" });
    }
  });

  test("starts a worker, and keeps state and projects where the image has them", async () => {
    const [, worker = ""] = /^ {4}command: \["(\w+)"\]$/m.exec(compose) ?? [];
    expect(await understand(worker)).toBe("worker");
    const [, volumes = ""] = /^VOLUME (.+)$/m.exec(read("Dockerfile")) ?? [];
    const kept = [...compose.matchAll(/:(\/home\S+|\/projects)$/gm)].map(([, path]) => path);
    expect(new Set(kept)).toEqual(new Set(JSON.parse(volumes)));
  });
});
