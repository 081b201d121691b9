import { readFileSync } from "node:fs";
import { z } from "zod";
import { engines } from "../../runners/index.ts";
import { fileSchema } from "../../src/config/schema.ts";
import { baseOptions } from "../../src/engine/options.ts";
import { toTable } from "./table.ts";

interface Node {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

export interface Key {
  /** `projects.<alias>` */
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** What stands for the names that people choose. */
const CHOSEN: Readonly<Record<string, string>> = { projects: "<alias>" };
const ids = engines.map(({ id }) => id);

/** Every key of the config in the order of the schema; those of an engine come last. */
export function configKeys(): readonly Key[] {
  const meanings = readMeanings();
  const own = walk(toNode(fileSchema(engines)), []).filter(([path]) => !path.some((part) => ids.includes(part)));
  const shared = walk(toNode(z.strictObject(baseOptions)), ["<engine>"]);
  const words = new Map(shared.map(([[, name = ""], node]) => [name, wordsFor(node)]));
  const special = engines.flatMap((engine) =>
    walk(toNode(engine.options), [engine.id]).filter(([[, name = ""], node]) => words.get(name) !== wordsFor(node)),
  );
  return [...own, ...shared, ...special].map(([path, node]) => {
    const section = path.slice(0, -1).join(".");
    const name = path.at(-1) ?? "";
    const fallback = node.default === undefined ? "" : `\`${JSON.stringify(node.default)}\``;
    return { section, name, value: wordsFor(node), fallback, meaning: meanings.get(`${section}.${name}`) ?? "" };
  });
}

/** A table for each section. */
export function keysTables(): string {
  const keys = configKeys();
  const sections = [...new Set(keys.map(({ section }) => section))];
  return sections
    .map((section) => {
      const rows = keys.filter((key) => key.section === section);
      const title = section === "" ? "At the top" : `\`[${section}]\``;
      const cells = rows.map(({ name, value, fallback, meaning }) => [`\`${name}\``, value, fallback, meaning]);
      return `### ${title}\n\n${toTable([["key", "value", "unless set", "meaning"], ...cells])}`;
    })
    .join("\n\n");
}

const toNode = (schema: z.ZodType): Node =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as Node;

function walk(node: Node, path: readonly string[]): (readonly [path: readonly string[], node: Node])[] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([name, child]) => walk(child, [...path, name]));
  const { additionalProperties: any } = node;
  const named = typeof any === "object" && any.properties !== undefined ? any : undefined;
  if (named) return walk(named, [...path, CHOSEN[path.at(-1) ?? ""] ?? "<name>"]);
  return inner.length > 0 ? inner : [[path, node]];
}

const WORDS: Readonly<Record<string, string>> = {
  ...{ string: "text", boolean: "true or false", integer: "a whole number", number: "a number" },
  ...{ object: "a table", array: "a list" },
};

function wordsFor(node: Node): string {
  const words = node.enum ?? (node.const === undefined ? undefined : [node.const]);
  if (words) return words.map((word) => `\`${JSON.stringify(word)}\``).join(" or ");
  if (node.type === "array" && node.items) return `a list of ${plural(wordsFor(node.items))}`;
  if (node.anyOf) return [...new Set(node.anyOf.map(wordsFor))].join(", or ");
  return WORDS[node.type ?? ""] ?? "text";
}

const plural = (value: string) =>
  ({ text: "texts", "a whole number": "whole numbers", "a whole number, or text": "whole numbers" })[value] ?? value;

/** What the example file says behind each key; names that people choose are left out. */
function readMeanings(): ReadonlyMap<string, string> {
  const lines = readFileSync(new URL("../../config.example.toml", import.meta.url), "utf8").split("\n");
  const meanings = new Map<string, string>();
  let section = "";
  for (const line of lines) {
    const header = /^(?:# )?\[([\w.-]+)\]$/.exec(line)?.[1];
    if (header !== undefined) section = toSection(header);
    const [, name, meaning] = /^(?:# )?(\w+) = .*? # (.*)$/.exec(line) ?? [];
    if (name === undefined || meaning === undefined) continue;
    for (const place of placesOf(section, name)) {
      const key = `${place}.${name}`;
      if (!meanings.has(key)) meanings.set(key, meaning.replaceAll("|", "\\|"));
    }
  }
  return meanings;
}

/** What an engine has in common with the others is told of all, and of its own table if that differs. */
const placesOf = (section: string, name: string): readonly string[] =>
  name in baseOptions && ids.includes(section) ? ["<engine>", section] : [section];

function toSection(header: string): string {
  const [first = "", second, ...rest] = header.split(".");
  const isNamed = second !== undefined && first !== "transports" && !ids.includes(first);
  return isNamed ? [first, CHOSEN[first] ?? "<name>", ...rest].join(".") : header.replace(/\.-\d+$/, ".<name>");
}
