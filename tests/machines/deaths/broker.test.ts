import { expect, test } from "vitest";
import { killing, TASK, WORKER_STEPS } from "./scene.ts";

const { enter, peaceOf } = killing("broker");

test.each(WORKER_STEPS)(
  "a task runs once and is answered once if the broker is killed when the worker is at %s",
  async (step) => {
    const scene = await enter();
    const { ring, worker, broker } = scene;
    const killed = new Promise<void>((resolve) => worker.at(step, () => void broker.kill().then(resolve)));
    worker.start();
    ring.start();
    ring.ask(TASK);
    await killed;
    await broker.start();
    expect(await peaceOf(scene, step)).toBe("answered");
  },
);
