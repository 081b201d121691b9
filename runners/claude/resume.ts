import type { ResumeCodec } from "../../src/engine/contract.ts";

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** claude takes anything else for a session's title. */
export const isSessionId = (value: string): boolean => UUID.test(value);

/** `claude --resume <id>`, also `claude -r <id>`. */
export const resume: ResumeCodec = {
  format: (value) => `claude --resume ${value}`,
  parse: (line) => {
    const value = /^claude\s+(?:--resume|-r)[\s=]([^\s`]+)$/i.exec(line)?.[1];
    return value !== undefined && isSessionId(value) ? value.toLowerCase() : value;
  },
};
