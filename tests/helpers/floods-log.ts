// Logs more than a pipe holds, then says that it goes on.

import { setImmediate } from "node:timers/promises";
import { createLogger } from "../../src/log.ts";

const [, , lines] = process.argv;
const log = await createLogger({ env: {}, directory: process.cwd(), debug: false, output: process.stdout });
for (let index = 0; index < Number(lines); index++) log.info({ index, text: "x".repeat(1000) }, "flood.line");
await setImmediate();
process.stderr.write("goes on");
