import { cpus, totalmem } from "node:os";
import { measureCrowd, measureLiveRuns, measureMessages, measureStart } from "./bridge.ts";
import { measureControl } from "./control.ts";
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
  measureControl,
  measureCrowd,
  measureSoak,
  measureSchedules,
  ...["pi", "codex", "opencode"].map((engine) => () => measureStream(engine)),
];

/** `npm run bench -- measureControl`: only these. */
const wanted = process.argv.slice(2);
const chosen = measures.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

const say = (line: string) => process.stdout.write(`${line}\n`);
say(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`);
say(row({ figure: "figure", goal: "goal", value: "measured" }));
say("|---|---|---|");
for (const measure of chosen) for (const figure of await measure()) say(row(figure));

function row({ figure, goal, value }: Figure): string {
  return `| ${figure.padEnd(54)} | ${goal.padEnd(18)} | ${value} |`;
}
