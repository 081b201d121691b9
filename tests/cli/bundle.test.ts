import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratchHome } from "./calling.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const build = () => execFileSync(process.execPath, [join(root, ".build.mjs"), "--if-changed"]);
const program = join(root, "dist/main.js");

function takopi(...argv: string[]): string {
  const home = scratchHome();
  return execFileSync(process.execPath, [program, ...argv], {
    ...{ cwd: home, env: { PATH: process.env["PATH"], HOME: home }, encoding: "utf8" },
  });
}

test("the bundle knows its version and its commands", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  expect(takopi("--version")).toBe(`${version}\n`);
  expect(takopi("config", "path")).toBe("~/.takopi/takopi.toml\n");
});

test("the bundle plays a task, with the scripted engine as a program of its own", () => {
  expect(takopi("demo", "--once", "list the files here")).toMatch(/^ {2}done · demo/m);
});

test("nothing of the broker's client is loaded without [machines]", () => {
  const client = "/node_modules/@nats-io/transport-node/";
  expect(loadedBy("--eval", "require('@nats-io/transport-node')").filter((url) => url.includes(client))).not.toEqual(
    [],
  );
  const loaded = loadedBy(program, "demo", "--once", "list the files here");
  expect(loaded.some((url) => /\/dist\/program-\w+\.cjs$/.test(url))).toBe(true);
  expect(loaded.filter((url) => url.includes("/@nats-io/"))).toEqual([]);
});

/** The scripts that V8 counted in a run of Node. */
function loadedBy(...argv: string[]): string[] {
  const home = scratchHome();
  const env = { PATH: process.env["PATH"], HOME: home, NODE_V8_COVERAGE: join(home, "loaded") };
  execFileSync(process.execPath, argv, { cwd: root, env });
  return readdirSync(join(home, "loaded"))
    .map((file) => JSON.parse(readFileSync(join(home, "loaded", file), "utf8")) as { result: { url: string }[] })
    .flatMap(({ result }) => result.map(({ url }) => url));
}

test("what V8 compiled is kept beside the program, and made anew if it is damaged", () => {
  const folder = scratchHome();
  const isCache = (name: string) => name.endsWith(".cache");
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true, filter: (name) => !isCache(name) });
  for (const name of ["package.json", "node_modules"]) symlinkSync(join(root, name), join(folder, name));
  const play = () => {
    const argv = [join(folder, "dist/main.js"), "demo", "--once", "sleep 2"];
    return execFileSync(process.execPath, argv, { cwd: folder, env: { HOME: folder }, encoding: "utf8" });
  };
  expect(play()).toMatch(/^ {2}done · demo/m);
  const kept = readdirSync(join(folder, "dist")).filter(isCache);
  expect(kept).toEqual([expect.stringContaining(process.version)]);
  const cache = join(folder, "dist", kept[0] ?? "");
  const damaged = readFileSync(cache);
  damaged.fill(0xa5, 100_000, 200_000);
  writeFileSync(cache, damaged);
  expect(play()).toMatch(/^ {2}done · demo/m);
  expect(readFileSync(cache).equals(damaged)).toBe(false);
});

test("every module that must stay a file is one in the bundle", () => {
  const sources = ["src", "runners"]
    .flatMap((top) =>
      readdirSync(join(root, top), { recursive: true, encoding: "utf8" }).map((file) => join(top, file)),
    )
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(join(root, file), "utf8").matchAll(/(?:moduleFile|programArguments)\("([^"]+)"\)/g),
    ])
    .map(([, source = ""]) => source);
  expect(sources.length).toBeGreaterThan(2);
  const missing = sources.filter((source) => !existsSync(join(root, `dist/${source}.js`)));
  expect(missing).toEqual([]);
  for (const file of ["index.html", "main.js", "style.css"])
    expect(existsSync(join(root, "dist/page", file))).toBe(true);
});

test("nothing is built again if nothing has changed", () => {
  const before = statSync(program).mtimeMs;
  build();
  expect(statSync(program).mtimeMs).toBe(before);
});

test("`npm run demo` leaves no node behind if npm is ended", async () => {
  const home = scratchHome();
  const npm = spawn("npm", ["run", "--silent", "demo"], {
    ...{ cwd: root, env: { ...process.env, HOME: home }, stdio: ["ignore", "pipe", "ignore"] },
  });
  const [address] = (await once(npm.stdout, "data")) as [Buffer];
  const url = new URL(/http:\S+/.exec(String(address))?.[0] ?? "");
  expect((await fetch(url)).ok).toBe(true);
  const ended = once(npm.stdout, "close");
  npm.kill("SIGTERM");
  await ended;
  await expect(fetch(url)).rejects.toThrow();
});
