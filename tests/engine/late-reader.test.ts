import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { spawnProcess } from "../../src/engine/process.ts";

const prints = fileURLToPath(new URL("../../fixtures/children/prints.mjs", import.meta.url));

/** Keeps this process from running, as a busy machine or a closed lid does, ms. */
const freeze = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test("output of an engine is read however late reading begins", async () => {
  const child = await spawnProcess(
    { id: "toy", file: process.execPath, args: [prints, "the answer"], cwd: process.cwd(), env: {} },
    "",
  );
  await child.exited;
  // Longer than an output may be silent, and again once its silence was judged.
  for (let turn = 0; turn < 5; turn++) {
    freeze(150);
    await setImmediate();
  }
  expect(await text(child.stdout)).toBe("the answer\n");
  expect(await child.ended).toMatchObject({ code: 0 });
});
