import type { ResumeCodec } from "../../src/engine/contract.ts";

/** The protocol knows no command line for a session: this line is for takopi alone. */
export const resumeOf = (id: string): ResumeCodec => ({
  format: (value) => `${id} --session ${value}`,
  parse: (line) => {
    const [name, flag, value, ...more] = line.split(/\s+/);
    const isOurs = name?.toLowerCase() === id && flag === "--session" && more.length === 0;
    return isOurs && value !== undefined && /^[^\s`]+$/.test(value) ? value : undefined;
  },
});
