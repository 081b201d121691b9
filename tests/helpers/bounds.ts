import { onTestFinished } from "vitest";

/** Puts other limits, mostly smaller ones, in place of those of a group of `BOUNDS`, until the test is over. */
export function shorten<Group extends Record<string, number>>(group: Group, values: Partial<Group>): void {
  const before = { ...group };
  Object.assign(group, values);
  onTestFinished(() => void Object.assign(group, before));
}
