import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { stage } from "../helpers/bridge.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/how-to/library.md"), "utf8");
const examples = [...page.matchAll(/^## (.+)\n[\s\S]*?```js\n([\s\S]*?)```/gm)].map(([, title = "", code = ""]) => ({
  title,
  code,
  /** The comment lines at its end say what it prints. */
  prints: code
    .trimEnd()
    .split("\n")
    .filter((line) => line.startsWith("// "))
    .map((line) => line.slice(3))
    .join("\n"),
}));

/** A folder from which the package can import itself as others import it. */
function folder(): string {
  const path = mkdtempSync(join(root, "dist/.example-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("there is an example of each", () => {
  expect(examples.map(({ title }) => title)).toEqual([
    "Read a recorded stream",
    "Write an engine that talks both ways",
    "Ask the bridge",
    "Test a bot of your own",
  ]);
});

test.each(examples)("$title: the example prints what it says", ({ code, prints }) => {
  const file = join(folder(), "example.mjs");
  writeFileSync(file, code);
  expect(execFileSync(process.execPath, [file], { encoding: "utf8" }).trimEnd()).toBe(prints);
});

test("the client's example prints the answer of a bridge that runs", async () => {
  const { directory } = await stage();
  const file = join(folder(), "example.mjs");
  const code = examples.find(({ title }) => title === "Ask the bridge")?.code ?? "";
  writeFileSync(file, code.replace("why does the build fail?", "session\\nanswer It lacks a file.\\ndone"));
  const env = { ...process.env, TAKOPI_SOCKET: join(directory, "takopi.sock") };
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
  expect(stdout).toBe("It lacks a file.\n");
});

test("the types that are packed are whole", () => {
  const types = join(root, "dist/types");
  onTestFinished(() => rmSync(types, { recursive: true, force: true }));
  const tsc = join(root, "node_modules/.bin/tsc");
  execFileSync(tsc, ["-p", join(root, ".tsconfig.types.json")], { cwd: root });
  const path = folder();
  const config = { extends: join(root, "tsconfig.json"), include: [`${path}/*.mts`], exclude: [] };
  const compilerOptions = { noEmit: true, rootDir: root };
  writeFileSync(join(path, "tsconfig.json"), JSON.stringify({ ...config, compilerOptions }));
  const check = () => execFileSync(tsc, ["-p", path], { cwd: root, encoding: "utf8", stdio: "pipe" });
  expect(existsSync(join(types, "src/library/index.d.ts"))).toBe(true);
  const use = `
    import { connect, defineLive, type Engine, replay, type RunEvent } from "takopi-ts";
    import { startEmulator } from "takopi-ts/emulator";
    export const used = (engine: Engine, event: RunEvent) => [replay, connect, defineLive, startEmulator, engine.id, event.type];
    // @ts-expect-error: no event is called so
    export const wrong: RunEvent["type"] = "nothing";
    // @ts-expect-error: a client has no such function
    void connect("x").then((client) => client.launch());
  `;
  writeFileSync(join(path, "use.mts"), use);
  expect(check).not.toThrow();
});
