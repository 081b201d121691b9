import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertType, expect, test } from "vitest";
import { engines } from "../../runners/index.ts";
import type { RunEvent } from "../../src/domain/events.ts";
import type { RunCommand, RunSpec } from "../../src/domain/run.ts";
import { silentLog } from "../../src/library/silent-log.ts";
import type { WorkerEvent } from "../../src/worker/port.ts";

/** The same type if it is JSON; a member that is a function, a map or undefined becomes `never`. */
type Json<T> = T extends string | number | boolean | null
  ? T
  : T extends (...given: never[]) => unknown
    ? never
    : T extends readonly (infer Item)[]
      ? readonly Json<Item>[]
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : never;

test("bridge and worker exchange JSON alone: the compiler refuses anything else", () => {
  assertType<Json<RunSpec>>({} as RunSpec);
  assertType<Json<RunCommand>>({} as RunCommand);
  assertType<Json<WorkerEvent>>({} as WorkerEvent);
});

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));

test.each(["claude", "codex", "opencode", "pi"])("the events of each recording of %s are JSON", async (id) => {
  const engine = engines.find((one) => one.id === id);
  const folder = join(fixtures, id);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".jsonl"));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const events: RunEvent[] = [];
    for await (const event of engine?.replay(createReadStream(join(folder, file)), silentLog) ?? []) events.push(event);
    expect(JSON.parse(JSON.stringify(events)), file).toStrictEqual(events);
  }
});
