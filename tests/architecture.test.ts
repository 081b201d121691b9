import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What each room may import beside itself. `main`, `app` and `cli` may import everything, and nothing imports them. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  domain: ["errors"],
  bounds: [],
  errors: [],
  tries: ["errors"],
  later: [],
  log: ["domain", "errors"],
  "program-files": [],
  version: ["program-files"],
  engine: ["bounds", "domain", "errors", "log"],
  store: ["domain", "errors"],
  config: ["bounds", "domain", "engine", "errors", "log"],
  worker: ["bounds", "config", "domain", "engine", "errors", "log", "store"],
  bridge: ["config", "domain", "engine", "errors", "log", "store", "tries", "worker"],
  operations: ["bounds", "bridge", "config", "domain", "engine", "errors", "store"],
  voice: ["bounds", "config", "domain", "engine", "errors", "log", "tries"],
  webhooks: ["bounds", "config", "domain", "errors", "log", "store"],
  control: ["bounds", "domain", "engine", "errors", "log", "operations", "store"],
  mcp: ["control", "errors", "operations"],
  chat: ["bridge", "config", "domain", "engine", "errors", "later", "log", "operations", "store"],
  telegram: ["bounds", "bridge", "chat", "config", "domain", "engine", "errors", "log", "operations", "store"],
  playground: ["domain", "errors", "program-files"],
  runners: ["bounds", "domain", "engine", "errors", "later", "log", "program-files"],
};

/** The files through which a package comes in; every other package is free. */
const doors: Readonly<Record<string, RegExp>> = {
  "@agentclientprotocol/sdk": /^runners\/acp\//,
  "@nats-io/transport-node": /^src\/worker\/nats\/(connection|calls|nkey)\.ts$/,
  "@nats-io/jetstream": /^src\/worker\/nats\//,
  "@nats-io/kv": /^src\/worker\/nats\/beats\.ts$/,
  "@nats-io/obj": /^src\/worker\/nats\/objects\.ts$/,
  croner: /^src\/domain\/schedule-times\.ts$/,
  "@modelcontextprotocol/server": /^src\/mcp\/serve\.ts$/,
  grammy: /^src\/telegram\//,
  "https-proxy-agent": /^src\/telegram\/proxy\.ts$/,
  "proxy-from-env": /^src\/telegram\/proxy\.ts$/,
  libsql: /^src\/store\/database\.ts$/,
  "smol-toml": /^src\/config\//,
  "@decimalturn/toml-patch": /^src\/config\//,
  zod: /^(src\/(config|control|engine|operations|playground)\/|src\/(telegram\/(message|files)|cli\/operation|worker\/nats\/schema)\.ts$|runners\/)/,
  pino: /^src\/log\.ts$/,
  yazl: /^src\/worker\/files\/zip\.ts$/,
  "@clack/prompts": /^src\/cli\//,
};

interface Import {
  readonly file: string;
  /** It brings in types alone, which are gone when the program runs. */
  readonly isType: boolean;
  /** As written. */
  readonly target: string;
  /** Of our own files: from the root, as in `src/log.ts`. */
  readonly path: string | undefined;
}

const files = ["src", "runners"]
  .flatMap((top) => readdirSync(join(root, top), { recursive: true, encoding: "utf8" }).map((file) => join(top, file)))
  .filter((file) => file.endsWith(".ts") && !file.startsWith("src/playground/page/"));
const textOf = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
const imports = files.flatMap((file) => readImports(file));

function readImports(file: string): Import[] {
  const found = (textOf.get(file) ?? "").matchAll(
    /(?:\b(?:import|export) (type )?[^;"]*?\bfrom|\bimport)\s*\(?\s*"([^"\n]+)"/g,
  );
  return [...found].map(([, type, target = ""]) => {
    const path = target.startsWith(".") ? normalize(join(dirname(file), target)) : undefined;
    return { file, target, path, isType: type !== undefined };
  });
}

/** The files of some rooms in which a pattern occurs. */
const filesWith = (pattern: RegExp, isMeant: (file: string) => boolean = () => true) =>
  files.filter((file) => isMeant(file) && pattern.test(textOf.get(file) ?? ""));

/** `src/bridge/x.ts` is in the room `bridge`, `src/log.ts` in `log`, and `runners/pi/index.ts` in `runners`. */
function roomOf(path: string): string {
  const [top = "", next = ""] = path.split("/");
  return top === "src" ? next.replace(/\.ts$/, "") : top;
}

const packageOf = (target: string): string =>
  target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");

const isOpenRoom = (room: string) => ["launcher", "main", "app", "cli", "library"].includes(room);

test("the import lines are found", () => {
  expect(files.length).toBeGreaterThan(50);
  expect(imports).toContainEqual({
    file: "src/config/problem.ts",
    isType: false,
    target: "../log.ts",
    path: "src/log.ts",
  });
});

test("every room is in the table", () => {
  const unknown = files.map(roomOf).filter((room) => !isOpenRoom(room) && !(room in rooms));
  expect(unknown).toEqual([]);
});

describe.each(Object.entries(rooms))("%s", (room, allowed) => {
  test(`imports only itself${allowed.map((name) => `, ${name}`).join("")}`, () => {
    const others = imports
      .filter(({ file, path }) => roomOf(file) === room && path !== undefined)
      .filter(({ path = "" }) => roomOf(path) !== room && !allowed.includes(roomOf(path)));
    expect(others.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });
});

test("no room imports one that imports it, over others or at once", () => {
  const reaches = (from: string, seen = new Set<string>()): Set<string> => {
    for (const next of rooms[from] ?? []) if (!seen.has(next)) reaches(next, seen.add(next));
    return seen;
  };
  expect(Object.keys(rooms).filter((room) => reaches(room).has(room))).toEqual([]);
});

test("no file imports one that imports it when the program runs", () => {
  const nextOf = new Map(files.map((file) => [file, new Set<string>()]));
  for (const { file, path, isType } of imports) if (path !== undefined && !isType) nextOf.get(file)?.add(path);
  const done = new Set<string>();
  const findRing = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of nextOf.get(file) ?? []) {
      const ring = findRing(next, [...way, file]);
      if (ring) return ring;
    }
    done.add(file);
    return undefined;
  };
  expect(files.map((file) => findRing(file, [])).find((ring) => ring !== undefined)).toBeUndefined();
});

test("only the store speaks SQL", () => {
  const sql = /\b(SELECT [\w*(]|INSERT (OR \w+ )?INTO|DELETE FROM|CREATE (TABLE|INDEX)|UPDATE \w+ SET|PRAGMA )/;
  expect(filesWith(sql, (file) => roomOf(file) !== "store")).toEqual([]);
});

test("no module keeps state: what changes belongs to an object that somebody made", () => {
  const state = /^(export )?(let |const [a-z]\w*(: [^=]+)? = (\[\];|new (Map|Set|WeakMap|WeakSet)(<.*>)?\(\)))/m;
  // The modules that are loaded, and the files that may be open for that, are the process's own.
  expect(filesWith(state)).toEqual(["src/later.ts"]);
});

test("a switch over what a run says or is told leaves nothing out", () => {
  const isOpen = (text: string) => /switch \((event|command)\.type\)/.test(text) && !text.includes("assertNever(");
  expect(files.filter((file) => file.startsWith("src/") && isOpen(textOf.get(file) ?? ""))).toEqual([]);
});

test("an engine imports no other engine; the scripted one speaks pi's language", () => {
  const strangers = imports.filter(({ file, path }) => {
    const [, engine] = /^runners\/([\w-]+)\/./.exec(file) ?? [];
    const [, other] = /^runners\/([\w-]+)\/./.exec(path ?? "") ?? [];
    return engine !== undefined && other !== undefined && engine !== other && !(engine === "demo" && other === "pi");
  });
  expect(strangers.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

test.each(Object.entries(doors))("%s comes in through one door", (name, door) => {
  // `grammy/types` holds nothing but types; another transport has others.
  const elsewhere = imports.filter(
    ({ file, target }) =>
      packageOf(target) === name && (target !== "grammy/types" || roomOf(file) === "chat") && !door.test(file),
  );
  expect(elsewhere.map(({ file }) => file)).toEqual([]);
});

test("the bridge touches neither disk nor processes: those are behind the worker's port", () => {
  const reached = imports.filter(({ file, target, path }) => {
    if (roomOf(file) !== "bridge") return false;
    if (path === undefined) return target.startsWith("node:") && target !== "node:crypto";
    if (roomOf(path) === "worker") return path !== "src/worker/port.ts";
    return roomOf(path) === "engine" && !["src/engine/contract.ts", "src/engine/options.ts"].includes(path);
  });
  expect(reached.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

test("whatever reaches outside takes its limits from the list of bounds", () => {
  const outside = /^node:(child_process|http|https|net)$|^grammy$/;
  const reaching = imports.filter(({ file, target }) => outside.test(target) && !file.startsWith("src/playground/"));
  const bounded = new Set(imports.filter(({ path }) => path === "src/bounds.ts").map(({ file }) => file));
  const unbounded = reaching.filter(({ file, isType }) => !isType && !bounded.has(file));
  expect(unbounded.map(({ file }) => file)).toEqual([]);
});

test("no limit of a call stands anywhere else", () => {
  const limit = /\b(timeout(Ms|Seconds)?|maxBuffer|limitMs): *[\d(]|AbortSignal\.timeout\(\d/;
  expect(filesWith(limit, (file) => !file.startsWith("src/playground/"))).toEqual([]);
});

test("no file is longer than 250 lines", () => {
  const isLong = (file: string) => (textOf.get(file) ?? "").split("\n").length > 251;
  expect(files.filter(isLong)).toEqual([]);
});

test("files are named in lower case with dashes, and no file is named for what it is not", () => {
  const named = files.filter(
    (file) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(file) || /util|helper|manager|service/.test(file),
  );
  expect(named).toEqual([]);
});
