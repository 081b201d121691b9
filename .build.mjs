// Builds the program into dist/: `--page` only the playground's page, `--if-changed` only after a change.
// `--program ENTRY FOLDER` bundles another program in the same way, and `--module` one without a launcher, for tests.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const stamp = join(root, "dist/.built");
const page = "src/playground/page";
const START_LIMIT_MS = 30_000;

/** Modules that are started as programs or loaded by an engine: `moduleFile` finds them. */
const standalone = [
  ...[
    "runners/opencode/live/plugin.ts",
    "runners/pi/live/gate-extension.ts",
    "runners/pi/tools-extension.ts",
    "runners/demo/program.ts",
  ],
  "src/mcp/inside.ts",
];

/** zod brings its error texts in fifty languages, of which it loads one by itself. */
const oneLanguage = {
  name: "one-language",
  setup: (current) =>
    current.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({ contents: "export {};" })),
};

/** Packages of grammY and its fetch for a Node without these globals, with what each brings. */
const ownGlobals = {
  name: "own-globals",
  setup: (current) => {
    const globals = { "whatwg-url": "URL", "abort-controller": "AbortController" };
    const filter = new RegExp(`^(${Object.keys(globals).join("|")})$`);
    current.onResolve({ filter }, ({ path }) => ({ path, namespace: "own-globals" }));
    current.onLoad({ filter: /./, namespace: "own-globals" }, ({ path }) => ({
      contents: `export const { ${globals[path]} } = globalThis;`,
    }));
  },
};

/** Of grammY only its calls are used, and not the framework for bots around them, which would be loaded at each start. */
const callsOnly = {
  name: "calls-only",
  setup: (current) => {
    const out = "./node_modules/grammy/out";
    const contents = `export { Api } from "${out}/core/api.js";
      export { GrammyError, HttpError } from "${out}/core/error.js";
      export { InputFile } from "${out}/types.js";`;
    current.onResolve({ filter: /^grammy$/ }, () => ({ path: "grammy", namespace: "calls-only" }));
    current.onLoad({ filter: /./, namespace: "calls-only" }, () => ({ contents, resolveDir: root }));
  },
};

const common = { absWorkingDir: root, bundle: true, format: "esm", logLevel: "warning" };
const node = {
  ...common,
  ...{ outdir: "dist", outbase: ".", platform: "node", target: "node20.19", legalComments: "none" },
  // Prebuilt binaries, and what only a bridge with other machines loads.
  plugins: [oneLanguage, ownGlobals, callsOnly],
  // Names stay, for the stacks in the log; kept by esbuild they would be set anew each time that a function is made.
  ...{ minifySyntax: true, minifyWhitespace: true },
  external: ["libsql", "@libsql/*", "@nats-io/*"],
};
const modules = {
  ...node,
  banner: {
    js: 'import { createRequire as createRequireHere } from "node:module";const require = createRequireHere(import.meta.url);',
  },
};

/** One script, so that what V8 compiles of it can be kept: see `src/launcher.ts`. */
const script = {
  ...node,
  ...{ format: "cjs", write: false, supported: { "dynamic-import": false } },
  define: { "import.meta.url": "fileUrl" },
  banner: {
    js: '(function (exports, require, module, __filename, __dirname) {const fileUrl = require("node:url").pathToFileURL(__filename).href;',
  },
  footer: { js: "})" },
};

/** What the program is made of, as one word. */
function fingerprint() {
  const files = ["src", "runners"]
    .flatMap((top) => readdirSync(join(root, top), { recursive: true }).map((file) => join(top, file)))
    .concat("package-lock.json", ".build.mjs")
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const found = statSync(join(root, file));
    if (found.isFile()) hash.update(`${file} ${found.size} ${found.mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function lastBuilt() {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return undefined;
  }
}

async function buildPage() {
  const isSource = (file) => !/\.(ts|json)$/.test(file);
  cpSync(join(root, page), join(root, "dist/page"), { recursive: true, filter: isSource });
  const target = { ...common, outdir: "dist/page", target: "es2023", metafile: true };
  await build({ ...target, entryPoints: [{ in: `${page}/main.ts`, out: "main" }] });
  // Apart, since the page loads it with the first formula.
  const { metafile } = await build({ ...target, entryPoints: [{ in: "katex", out: "katex" }], minify: true });
  return Object.keys(metafile.inputs);
}

/** The licences of the packages in the bundle, which ask to be kept with it. */
function licencesOf(inputs) {
  const folders = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one));
      const text = file === undefined ? "" : `\n\n${readFileSync(join(root, folder, file), "utf8").trim()}`;
      return `${name} ${version} (${license})${text}\n`;
    })
    .join(`\n${"-".repeat(72)}\n\n`);
}

const escapeOf = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A program as one script with a launcher beside it: `main.js` in the folder. */
async function buildLaunched(entry, folder) {
  const { outputFiles, metafile } = await build({ ...script, entryPoints: [entry], metafile: true });
  // A character above Latin-1 would make V8 keep the whole text at two bytes each; esbuild leaves them in expressions.
  const text = outputFiles[0].text.replace(/[^\0-\x7f]/g, escapeOf);
  const name = `program-${createHash("sha256").update(text).digest("hex").slice(0, 16)}.cjs`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  const define = { PROGRAM: JSON.stringify(name) };
  await build({ ...node, outdir: folder, define, entryPoints: [{ in: "src/launcher.ts", out: "main" }] });
  return metafile;
}

async function buildProgram() {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const program = await buildLaunched("src/main.ts", join(root, "dist"));
  chmodSync(join(root, "dist/main.js"), 0o755);
  const entryPoints = [
    { in: "src/library/index.ts", out: "library" },
    { in: "src/library/emulator.ts", out: "emulator" },
  ];
  const library = await build({ ...modules, entryPoints, splitting: true, metafile: true });
  await build({ ...modules, entryPoints: standalone });
  const metafiles = [program, library.metafile];
  const inputs = [...metafiles.flatMap(({ inputs }) => Object.keys(inputs)), ...(await buildPage())];
  writeFileSync(join(root, "dist/licenses.txt"), licencesOf(inputs));
}

/** One start that leaves what V8 compiled beside the program (`src/launcher.ts`); without it the first bridge does. */
function startOnce() {
  const home = mkdtempSync(join(tmpdir(), "takopi-build-"));
  const argv = [join(root, "dist/main.js"), "demo", "--once", "sleep 2"];
  const env = { PATH: process.env.PATH, HOME: home };
  spawnSync(process.execPath, argv, { cwd: home, env, stdio: "ignore", timeout: START_LIMIT_MS });
  rmSync(home, { recursive: true, force: true });
}

/** A module that is started by its own name, as `standalone` ones are. */
async function buildModule(entry, outdir) {
  await build({ ...modules, entryPoints: [entry], outdir, outExtension: { ".js": ".mjs" }, splitting: true });
}

const [flag, ...operands] = process.argv.slice(2);
const now = fingerprint();
if (flag === "--page") await buildPage();
else if (flag === "--program") await buildLaunched(...operands);
else if (flag === "--module") await buildModule(...operands);
else if (flag !== "--if-changed" || lastBuilt() !== now) {
  await buildProgram();
  startOnce();
  writeFileSync(stamp, now);
}
