import { expect, onTestFinished, test, vi } from "vitest";
import { Deliveries } from "../../src/store/deliveries.ts";
import { stage, textOf } from "../helpers/bridge.ts";

test("a delivery that cannot be stored does not end the bridge, and is delivered once it can be", async () => {
  const { say, outcomeOf, log } = await stage();
  let isFull = true;
  const full = () => {
    if (isFull) throw new Error("database or disk is full");
  };
  const spies = [vi.spyOn(Deliveries.prototype, "sending"), vi.spyOn(Deliveries.prototype, "park")];
  onTestFinished(() => spies.forEach((spy) => void spy.mockRestore()));
  for (const spy of spies) spy.mockImplementation(full);
  const id = say("session\nanswer kept\ndone");
  await vi.waitUntil(() => log.some(({ event }) => event === "delivery.not_stored"), { timeout: 30_000 });
  isFull = false;
  for (const spy of spies) spy.mockRestore();
  expect(textOf(await outcomeOf(id))).toMatch(/^done[\s\S]*kept/);
});
