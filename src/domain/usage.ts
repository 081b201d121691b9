/** The sum of what some runs used. */
export interface UsageSum {
  readonly runs: number;
  readonly tokens: number;
  /** 0 if no engine named a cost. */
  readonly costUsd: number;
}

interface UsageOf extends UsageSum {
  readonly engine: string;
  readonly project: string | null;
}

export const sumUsage = (rows: readonly UsageSum[]): UsageSum => ({
  runs: rows.reduce((sum, row) => sum + row.runs, 0),
  tokens: rows.reduce((sum, row) => sum + row.tokens, 0),
  costUsd: rows.reduce((sum, row) => sum + row.costUsd, 0),
});

/** `3 runs, 12,345 tokens, $0.12` */
export function formatUsage({ runs, tokens, costUsd }: UsageSum): string {
  const facts = [runs === 1 ? "1 run" : `${formatCount(runs)} runs`, `${formatCount(tokens)} tokens`];
  return [...facts, ...(costUsd > 0 ? [formatCost(costUsd)] : [])].join(", ");
}

/** `12k tokens · $0.04 · 38% context`: what one run used, as far as its engine tells it. */
export function usageLine({ tokens, costUsd, contextFill }: RunUsage): string {
  const cost = costUsd === null || costUsd === 0 ? [] : [formatCost(costUsd)];
  const context = contextFill === null ? [] : [`${Math.round(100 * contextFill)}% context`];
  return [`${shortCount(tokens)} tokens`, ...cost, ...context].join(" · ");
}

/** Absent values are null. */
interface RunUsage {
  readonly tokens: number;
  readonly costUsd: number | null;
  /** How much of the model's context the session fills, 0 to 1. */
  readonly contextFill: number | null;
}

/** `950`, `12k`, `1.3M` */
export function shortCount(value: number): string {
  if (value < 1_000) return String(value);
  return value < 999_500 ? `${Math.round(value / 1_000)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}

/** The other way round: `200k`, `1.5M`, `950`; undefined for anything else, and for 0. */
export function parseCount(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)([km]?)$/i.exec(text) ?? [];
  const factor = { "": 1, k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1;
  return Math.round(Number(count) * factor) || undefined;
}

/** The sums of one engine each, or of one project each; the dearest first. */
export function groupUsage(rows: readonly UsageOf[], by: "engine" | "project"): readonly [string, UsageSum][] {
  const groups = new Map<string, UsageOf[]>();
  for (const row of rows) {
    const name = row[by] ?? "no project";
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups]
    .map(([name, members]): [string, UsageSum] => [name, sumUsage(members)])
    .sort(([, a], [, b]) => b.costUsd - a.costUsd || b.tokens - a.tokens);
}

/** `$0.12`; below a cent as many places as it takes to see it: `$0.003`. */
export const formatCost = (usd: number): string =>
  `$${usd > 0 && usd < 0.01 ? usd.toLocaleString("en-US", { maximumSignificantDigits: 2 }) : usd.toFixed(2)}`;

/** `12,345` */
export const formatCount = (value: number): string => value.toLocaleString("en-US");
