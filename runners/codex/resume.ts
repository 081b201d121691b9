import type { ResumeCodec } from "../../src/engine/contract.ts";

const THREAD_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Codex also knows threads by names that people give them; a run needs the id, since an unknown name is no error. */
export const isThreadId = (value: string): boolean => THREAD_ID.test(value);

/** `codex resume <id>`; a name is read too, so that it can be refused with a reason. */
export const resume: ResumeCodec = {
  format: (value) => `codex resume ${value}`,
  parse: (line) => {
    const value = /^codex\s+resume\s+([^\s`]+)$/i.exec(line)?.[1];
    return value !== undefined && isThreadId(value) ? value.toLowerCase() : value;
  },
};
