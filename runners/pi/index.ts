import type { RunRequest } from "../../src/engine/contract.ts";
import { defineEngine, type Launch } from "../../src/engine/define.ts";
import { IMAGE_TYPES } from "../../src/engine/images.ts";
import { keyVariable } from "../../src/engine/isolation.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { toolsCommand } from "../../src/engine/pass.ts";
import { isUnkept } from "../../src/engine/unkept.ts";
import { testedVersions } from "../tested-versions.ts";
import { drift } from "./contract.ts";
import { piLive } from "./live/index.ts";
import { resumeFlag } from "./omp.ts";
import { type PiOptions, piOptions, readOnly, toArguments, toMeta, toTitle, UNKEPT } from "./options.ts";
import { end } from "./outcome.ts";
import { isOlder, PI_VARIABLES, probePi } from "./probe.ts";
import { piResume } from "./resume.ts";
import { PiLine, SKIPPED_LINES } from "./schema.ts";
import { findSession } from "./session-file.ts";
import { findPlaces } from "./session-places.ts";
import { ENGINE, initialState, type PiState } from "./state.ts";
import { toolsOf } from "./tools.ts";
import { translate } from "./translate.ts";
import { findPackage, piBrings, trustOf } from "./trust.ts";

/** The pi coding agent, 0.73 to 1.5: headless through its print mode, or live through its RPC mode. */
export const pi = defineEngine(
  {
    id: ENGINE,
    label: "pi",
    options: piOptions,
    resume: piResume,
    brings: piBrings,
    isolation: {
      ...{ folder: ".pi/agent", variable: "PI_CODING_AGENT_DIR", login: ".pi/agent/auth.json" },
      key: ({ provider = "anthropic" }: EngineOptions & { readonly provider?: string }) => keyVariable(provider),
    },
    images: IMAGE_TYPES,
    takesTools: true,
    tested: testedVersions.pi,
    reasoning: { option: "thinking", levels: ["off", "minimal", "low", "medium", "high", "xhigh"] },
    readOnly,
    env: PI_VARIABLES,
    wire: PiLine,
    skip: SKIPPED_LINES,
    // On SIGINT pi dies at once and leaves the commands of its shell tool running.
    stopSignal: "SIGTERM",
    probe: probePi,
    drift,
    launch,
    initial: initialState,
    translate,
    end,
  },
  piLive,
);

/** An older pi takes the flag for a mistake. */
async function knowsNames({ session_title, cmd = ENGINE, env }: PiOptions, inherited: RunRequest["env"]) {
  if (session_title === undefined) return false;
  const found = await findPackage(cmd, { ...inherited, ...env }["PATH"]);
  return found !== undefined && !isOlder(found.version, 78);
}

async function launch(request: RunRequest & { readonly options: PiOptions }): Promise<Launch<PiState>> {
  const { prompt, session: asked, attachments } = request.spec;
  const places = await findPlaces(request, request.cwd);
  // pi takes `~` for a name, and on a resume the path would be looked for from the session's own directory.
  const options = request.options.session_dir ? { ...request.options, session_dir: places.own } : request.options;
  const session = asked === undefined ? undefined : await findSession(asked, places);
  const trust = await trustOf({ ...request, options }, session?.cwd ?? request.cwd, places);
  const name = session === undefined && (await knowsNames(options, request.env)) ? options.session_title : undefined;
  const resumed = session ? [resumeFlag(options.cmd), session.path] : isUnkept(options, asked) ? [UNKEPT] : [];
  const tools = toolsOf(toolsCommand(request.tools, request.spec.runId));
  const images = attachments.map(({ path }) => `@${path}`);
  return {
    file: options.cmd ?? ENGINE,
    args: [
      ...toArguments(options, "headless", name),
      ...resumed,
      ...(options.extra_args ?? []),
      ...trust.args,
      ...tools.args,
      ...images,
    ],
    ...(session && { cwd: session.cwd, resume: session.id }),
    env: { CI: "1", ...options.env, ...trust.env, ...tools.env },
    stdin: prompt,
    state: { ...initialState, title: toTitle(options), meta: toMeta(options) },
  };
}
