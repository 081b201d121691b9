import { cpus, totalmem } from "node:os";
import { measureBridge } from "./bridge.ts";
import { type Figure, measureStream } from "./streams.ts";

const figures: Figure[] = [...(await measureBridge())];
for (const engine of ["pi", "codex", "opencode"]) figures.push(...(await measureStream(engine)));

const widths = [
  Math.max(...figures.map(({ figure }) => figure.length)),
  Math.max(...figures.map(({ goal }) => goal.length)),
];
process.stdout.write(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n\n`);
process.stdout.write(
  `| ${"figure".padEnd(widths[0] ?? 0)} | ${"goal".padEnd(widths[1] ?? 0)} | measured |\n|---|---|---|\n`,
);
for (const { figure, goal, value } of figures) {
  process.stdout.write(`| ${figure.padEnd(widths[0] ?? 0)} | ${goal.padEnd(widths[1] ?? 0)} | ${value} |\n`);
}
