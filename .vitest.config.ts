import { statfsSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** Tests that run the bridge or the command line as a program of its own. */
const PROCESS = [
  "tests/chaos/**/*.test.ts",
  "tests/cli/{bundle,program,record,scripts,setup-terminal}.test.ts",
  "tests/mcp/program.test.ts",
  "tests/library/library.test.ts",
];
/** Tests that start many programs. A process that has loaded much forks slowly, so these get workers of their own. */
const STARTING = ["tests/{e2e,engine,runners,worker,cli,playground}/**/*.test.ts"];
const REAL_ENGINES = ["tests/engines/**/*.test.ts"];
const LOADED = "tests/helpers/markdown-loaded.ts";
const MACHINES = ["tests/machines/**/*.test.ts"];
const ELSEWHERE = [
  "tests/e2e/{again,cards,comment-with-forward,day,diff,drain,edit,engine-commands,fairness,file-put,files-in}.test.ts",
  "tests/e2e/{forged,goals,limits,narrowing,presets,questions,restart,schedules,show,stop,stream,task}.test.ts",
  "tests/e2e/{triggers,two-bridges}.test.ts",
];
const PAGE = ["tests/page/**/*.test.ts"];

/** Where tests put their files: in memory if there is much of it, since a bridge waits for its disk at each task. */
const env: Record<string, string> = roomOf("/dev/shm") > 2 ** 30 ? { TMPDIR: "/dev/shm" } : {};

function roomOf(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

export default defineConfig({
  plugins: [
    {
      // Packages as node finds them outside tests: the development builds of some are several times slower.
      name: "published-builds",
      configResolved: ({ ssr }) => void Object.assign(ssr.resolve ?? {}, { conditions: ["node"] }),
    },
  ],
  test: {
    maxWorkers: 3,
    // Projects share modules, and so do runs: each is compiled once.
    experimental: { fsModuleCache: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      // Loading our modules once a worker, not once a file, halves the processor time of the suite.
      {
        extends: true,
        test: {
          ...{ name: "unit", env, isolate: false, setupFiles: LOADED },
          include: ["tests/**/*.test.ts"],
          exclude: [...STARTING, ...PROCESS, ...REAL_ENGINES, ...MACHINES, ...PAGE],
        },
      },
      {
        extends: true,
        test: { ...{ name: "starting", env, isolate: false, setupFiles: LOADED }, include: STARTING, exclude: PROCESS },
      },
      {
        extends: true,
        test: {
          // A program that starts, or a compiler, takes many times its usual seconds on a busy machine.
          ...{ name: "process", env, isolate: false, testTimeout: 300_000 },
          include: PROCESS,
          globalSetup: "tests/helpers/build-program.ts",
        },
      },
      { extends: true, test: { name: "real-engines", include: REAL_ENGINES } },
      {
        extends: true,
        test: {
          ...{ name: "machines", isolate: false },
          include: MACHINES,
          setupFiles: LOADED,
          globalSetup: "tests/helpers/build-program.ts",
        },
      },
      // The same tests as in `npm test`, with every run carried out by a worker behind a broker.
      {
        extends: true,
        test: {
          ...{ name: "elsewhere", isolate: false },
          include: ELSEWHERE,
          setupFiles: LOADED,
          env: { RUNS_ELSEWHERE: "1" },
        },
      },
      { extends: true, test: { name: "page", include: PAGE } },
    ],
  },
});
