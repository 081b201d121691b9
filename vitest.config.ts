import { defineConfig } from "vitest/config";

/** Tests that run the bridge or the command line as a program of its own. */
const PROCESS = ["tests/chaos/**/*.test.ts", "tests/cli/program.test.ts"];
const REAL_ENGINES = "tests/engines/**/*.test.ts";
const PAGE = "tests/page/**/*.test.ts";

const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // Loading our modules once a worker, not once a file, halves the processor time of the suite.
      {
        test: {
          ...limits,
          name: "unit",
          isolate: false,
          include: ["tests/**/*.test.ts"],
          exclude: [...PROCESS, REAL_ENGINES, PAGE],
        },
      },
      { test: { ...limits, name: "process", include: PROCESS, globalSetup: "tests/helpers/build-program.ts" } },
      { test: { ...limits, name: "real-engines", include: [REAL_ENGINES] } },
      { test: { ...limits, name: "page", include: [PAGE] } },
    ],
  },
});
