import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
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

test("nothing of the broker to other machines is loaded without [machines]", () => {
  const chunks = readdirSync(join(root, "dist")).filter((file) => file.endsWith(".js"));
  const ofBroker = chunks.filter((file) => readFileSync(join(root, "dist", file), "utf8").includes("TK_JOBS"));
  expect(ofBroker.length).toBeGreaterThan(0);
  const home = scratchHome();
  const env = { PATH: process.env["PATH"], HOME: home, NODE_V8_COVERAGE: join(home, "loaded") };
  execFileSync(process.execPath, [program, "demo", "--once", "list the files here"], { cwd: home, env });
  const [loaded = ""] = readdirSync(join(home, "loaded"))
    .map((file) => readFileSync(join(home, "loaded", file), "utf8"))
    .filter((text) => text.includes("/dist/main.js"));
  expect(loaded).toContain("/dist/main.js");
  expect(ofBroker.filter((file) => loaded.includes(`/dist/${file}"`))).toEqual([]);
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
