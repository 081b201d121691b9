import { cpus, totalmem } from "node:os";
import { measureCrowd, measureLiveRuns, measureMessages, measureStart } from "./bridge.ts";
import { measureLive } from "./live.ts";
import { measureMachine } from "./machine.ts";
import { measureSchedules } from "./schedules.ts";
import { measureSoak } from "./soak.ts";
import { type Figure, measureStream } from "./streams.ts";

const measures: readonly (() => Promise<Figure[]>)[] = [
  measureMachine,
  measureStart,
  measureMessages,
  measureLiveRuns,
  measureLive,
  measureCrowd,
  measureSoak,
  measureSchedules,
  ...["pi", "codex", "opencode"].map((engine) => () => measureStream(engine)),
];

const say = (line: string) => process.stdout.write(`${line}\n`);
say(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`);
say(row({ figure: "figure", goal: "goal", value: "measured" }));
say("|---|---|---|");
for (const measure of measures) for (const figure of await measure()) say(row(figure));

function row({ figure, goal, value }: Figure): string {
  return `| ${figure.padEnd(54)} | ${goal.padEnd(18)} | ${value} |`;
}
