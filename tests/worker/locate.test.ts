import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Approval } from "../../src/domain/question.ts";
import { findHome, locate } from "../../src/worker/locate.ts";

async function setUp() {
  const root = mkdtempSync(join(realpathSync(tmpdir()), "takopi-locate-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const web = join(root, "web");
  mkdirSync(join(web, ".git"), { recursive: true });
  mkdirSync(join(web, "src"));
  const home = await findHome(web, process.env);
  const ask = (more: Partial<Approval>) =>
    locate({ id: "1", kind: "command", title: "", canAllowSession: false, ...more }, home);
  return { root, web, ask };
}

test("a run is at home in its directory and below, and not beside it", async () => {
  const { root, web, ask } = await setUp();
  const isOwn = async (cwd?: string) => (await ask({ ...(cwd !== undefined && { cwd }) })).isOwn;
  expect(await isOwn(web)).toBe(true);
  expect(await isOwn(`${web}/src/../src/`)).toBe(true);
  expect(await isOwn(root)).toBe(false);
  expect(await isOwn(`${web}-other`)).toBe(false);
  expect(await isOwn("src")).toBe(false);
  expect(await isOwn()).toBe(false);
  symlinkSync(root, join(web, "out"));
  expect(await isOwn(join(web, "out"))).toBe(false);
});

test("a repository that the run made is not its own, bare ones and its own directory included", async () => {
  const { root, web, ask } = await setUp();
  mkdirSync(join(web, "a", ".git"), { recursive: true });
  mkdirSync(join(web, "b", "deep"), { recursive: true });
  for (const name of ["objects", "refs"]) mkdirSync(join(web, "b", name));
  writeFileSync(join(web, "b", "HEAD"), "");
  mkdirSync(join(web, "c"));
  writeFileSync(join(web, "c", ".git"), "gitdir: ../a/.git\n");
  for (const name of ["a", "b", "b/deep", "c"])
    expect(await ask({ cwd: join(web, name) })).toMatchObject({ isOwn: false });
  const other = join(root, "other");
  mkdirSync(other);
  const home = await findHome(other, process.env);
  mkdirSync(join(other, ".git"));
  const question: Approval = { id: "1", kind: "command", title: "", cwd: other, canAllowSession: false };
  expect((await locate(question, home)).isOwn).toBe(false);
});

test("files are told without links, those that are not there yet included", async () => {
  const { root, web, ask } = await setUp();
  symlinkSync("../outside", join(web, "gone"));
  symlinkSync(root, join(web, "up"));
  symlinkSync("loop", join(web, "loop"));
  const paths = ["src/new/a.ts", "gone/x", "up/y", "src/../z", "loop"].map((path) => join(web, "/") + path);
  expect((await ask({ kind: "file_change", paths })).paths).toEqual([
    ...[`${web}/src/new/a.ts`, `${root}/outside/x`, `${root}/y`, `${web}/z`, `${web}/loop`],
  ]);
  expect((await ask({ kind: "file_change", paths: ["a.ts"] })).paths).toBeUndefined();
  expect((await ask({ kind: "file_change", paths: [] })).paths).toBeUndefined();
});
