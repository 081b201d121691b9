import { z } from "zod";
import { placeOf } from "../../bridge/fetch-files.ts";
import { relativePath } from "../../domain/relative.ts";
import { defineOperation } from "../operation.ts";
import { requireFew, requireRoom, runOf, targetOf } from "./run-of.ts";

export const sendFile = defineOperation({
  name: "send_file",
  summary: "send a file to the person",
  guide:
    "Sends a file of your working directory to the person's chat: ten files a task, 50 MiB together. Links and paths that lead outside are refused.",
  input: z.strictObject({ path: z.string().min(1).max(4096).describe("from your working directory") }),
  output: z.object({ name: z.string(), size: z.number() }),
  argument: "path",
  intent: "write",
  idempotent: false,
  examples: [{ path: "report.pdf" }],
  run: (access, { path }, caller) => {
    const run = runOf(access, caller);
    requireFew(access, run, "files");
    const admit = (size: number) => requireRoom(access, run, size);
    const place = placeOf(run);
    return access.bridge.sendFile(relativePath(path, run.cwd ?? undefined), { place, target: targetOf(run), admit });
  },
  tell: ({ name, size }) => ({ body: `Sending ${name} (${size} bytes).` }),
});
