import type { ResumeCodec } from "../../src/engine/contract.ts";

/** `opencode --session ses_...`, as its own terminal takes it; `run` and `-s` are read too. */
export const opencodeResume: ResumeCodec = {
  format: (value) => `opencode --session ${value}`,
  parse: (line) => {
    const id = /^opencode\s+(?:run\s+)?(?:--session|-s)\s+ses_([a-z0-9]+)$/iu.exec(line.trim())?.[1];
    return id && `ses_${id}`;
  },
};

/** Nothing else may be in an argument or in a query. */
export const isSessionId = (value: string): boolean => /^ses_[A-Za-z0-9]+$/.test(value);
