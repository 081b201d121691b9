import type { Exit } from "./define.ts";

/** One sentence for an ending that the engine did not explain, with the end of its stderr below. */
export function describeExit(label: string, exit: Exit): string {
  const sentence = describeEnding(label, exit);
  return exit.stderr === "" ? sentence : `${sentence}\n${exit.stderr}`;
}

function describeEnding(label: string, { code, signal, stopped }: Exit): string {
  if (stopped !== undefined) return stopped;
  if (signal !== undefined) return `${label} was ended by ${signal}.`;
  if (code === undefined) return `${label} was ended before it was done.`;
  return code === 0 ? `${label} ended without an answer.` : `${label} failed with exit code ${code}.`;
}
