import type { EngineOptions } from "./options.ts";

export interface EnvironmentParts {
  /** The bridge's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables that the engine needs; a trailing `*` matches any ending. */
  readonly patterns: readonly string[];
  readonly options: Pick<EngineOptions, "env" | "env_passthrough">;
  /** Variables for this one start. */
  readonly added?: Readonly<Record<string, string>> | undefined;
  readonly cwd: string;
  /** Absent if nothing has to be found again, as for a look at the version. */
  readonly runId?: string | undefined;
}

/** Variables that any program needs: the person, their home, their language, certificates and proxies. */
const COMMON = [
  ...["HOME", "PATH", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TMP", "TEMP", "XDG_*"],
  ...["LANG", "LANGUAGE", "LC_*", "TZ"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
];

/** Telegram's form: the bot's numeric id, a colon, 35 characters today. */
const BOT_TOKEN = /\d{6,}:[A-Za-z0-9_-]{30,}/;

/** The part of an environment that any program needs, and the variables that are let through by name. */
export function commonVariables(
  env: EnvironmentParts["env"],
  passed: readonly string[] = [],
): Record<string, string | undefined> {
  const allowed = [...COMMON, ...passed];
  return Object.fromEntries(Object.entries(env).filter(([name]) => allowed.some((pattern) => matches(pattern, name))));
}

/** Marks the processes of a run; see `marked.ts`. */
export const RUN_MARK = "TAKOPI_RUN_ID";

/**
 * The environment of an engine: variables on a list, then those of the config, then those of the runner. No `TAKOPI_`
 * variable of the bridge passes, whoever asks for it, and no variable whose value holds a bot token.
 */
export function engineEnv(parts: EnvironmentParts): Record<string, string> {
  const allowed = [...COMMON, ...parts.patterns, ...(parts.options.env_passthrough ?? [])];
  const inherited = Object.entries(parts.env).filter(
    ([name]) => !name.startsWith("TAKOPI_") && allowed.some((pattern) => matches(pattern, name)),
  );
  const entries = [
    ["NO_COLOR", "1"] as const,
    ...inherited,
    ...Object.entries(parts.options.env ?? {}),
    ...Object.entries(parts.added ?? {}),
    ["PWD", parts.cwd] as const,
    ...(parts.runId === undefined ? [] : [[RUN_MARK, parts.runId] as const]),
  ];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined && !BOT_TOKEN.test(entry[1])),
  );
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
