import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { findExecutable, probeExecutable } from "../../src/engine/probe.ts";
import { childProgram } from "./toy.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "takopi-probe-"));
  const created = directory;
  onTestFinished(() => rm(created, { recursive: true }));
  await copyFile(childProgram("prints-version"), join(directory, "toy"));
});

const env = () => ({ ...process.env, PATH: `/no/such/place:${directory}:${process.env["PATH"]}` });

test.each(["stdout", "stderr"])(
  "finds an engine on PATH and reads the version that it prints on %s",
  async (stream) => {
    expect(await probeExecutable({ id: "toy", cmd: "toy", env: { ...env(), VERSION_ON: stream } })).toEqual({
      path: join(directory, "toy"),
      version: "1.22.3-beta.4",
      problems: [],
    });
  },
);

test("says what is missing and which setting mends it", async () => {
  expect(await probeExecutable({ id: "toy", cmd: "no-such-toy", env: env() })).toEqual({
    problems: ["no-such-toy not found on PATH; install it or set toy.cmd."],
  });
});

test("says so if the program gives no version", async () => {
  await writeFile(join(directory, "mute"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const probe = await probeExecutable({ id: "toy", cmd: join(directory, "mute"), env: env() });
  expect(probe.version).toBeUndefined();
  expect(probe.problems).toEqual([
    `${directory}/mute --version gives no version; set toy.cmd to the engine's executable.`,
  ]);
});

test.each([
  ["a notice before it", "echo 'Update available: 2.0.0 is out'; echo 1.2.3", "1.2.3"],
  ["its name before it", "echo toy-cli 1.2.3", "1.2.3"],
  ["only a notice", "echo 'Update available: 2.0.0 is out'", undefined],
  ["a library of a program that fails", "echo 'libssl.so.1.1.1: no such file' >&2; exit 127", undefined],
  ["a version and a failure", "echo 1.2.3; exit 1", undefined],
])("a version is read where there is %s", async (_, script, version) => {
  await writeFile(join(directory, "odd"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  expect((await probeExecutable({ id: "toy", cmd: join(directory, "odd"), env: env() })).version).toBe(version);
});

test("a directory, a file without the right and a missing file are no executables", async () => {
  const plain = join(directory, "toy");
  await chmod(plain, 0o644);
  expect(await findExecutable("toy", directory)).toBeUndefined();
  expect(await findExecutable(plain)).toBeUndefined();
  expect(await findExecutable(directory)).toBeUndefined();
  expect(await findExecutable(join(directory, "none"))).toBeUndefined();
});
