import type { ResumeCodec } from "../../src/engine/contract.ts";
import { isOmp } from "./omp.ts";

/**
 * `pi --session <value>`, or `omp --resume <value>`: a full id, the beginning of one, or the path of a session file.
 * Quoted if it would otherwise be read as something else; inside double quotes `\"` is a quote and other backslashes are
 * themselves.
 */
export const piResume: ResumeCodec = {
  format: (value) => `pi --session ${needsQuotes(value) ? `"${value.replaceAll('"', '\\"')}"` : value}`,
  parse: (line) => {
    const rest = /^(?:pi\s+--session|omp\s+(?:-r|--resume|--session))\s+(\S.*)$/isu.exec(line.trim())?.[1];
    if (rest === undefined) return undefined;
    const quoted = /^(["'])(.+)\1$/su.exec(rest);
    if (quoted) return quoted[1] === '"' ? quoted[2]?.replaceAll('\\"', '"') : quoted[2];
    return isOneValue(rest) ? rest : undefined;
  },
  of: (cmd) => (isOmp(cmd) ? ompResume : undefined),
};

const needsQuotes = (value: string): boolean => /[\s"'`]/u.test(value);

/** Words after the value are flags or prose, unless they are a path as people paste it. */
const isOneValue = (text: string): boolean => !/\s/u.test(text) || text.endsWith(".jsonl");

const ompResume: ResumeCodec = {
  format: (value) => piResume.format(value).replace(/^pi --session/, "omp --resume"),
  parse: piResume.parse,
};
