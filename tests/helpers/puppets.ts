import { z } from "zod";
import type { RunCommand, RunSpec } from "../../src/domain/run.ts";
import type { Engine } from "../../src/engine/contract.ts";
import { baseOptions } from "../../src/engine/options.ts";
import type { Worker, WorkerEvent, WorkerRun } from "../../src/worker/port.ts";

export const puppet = {
  ...{ id: "puppet", label: "Puppet", options: z.strictObject(baseOptions) },
  can: [],
  resume: { format: (value: string) => `puppet ${value}`, parse: () => undefined },
} as unknown as Engine;

export interface PuppetRun {
  readonly spec: RunSpec;
  readonly commands: RunCommand[];
  push(...events: WorkerEvent[]): void;
}

/** Carries out runs whose events the test gives. Those of a bridge that is gone are never heard of again. */
export class Puppets implements Worker {
  readonly opened: string[] = [];
  readonly resumed: [run: string, session: string][] = [];
  running: PuppetRun[] = [];

  readonly recover = async () => [];
  readonly close = async () => {};
  readonly operate = async () => ({});
  readonly look = async () => {
    throw new Error("There is no machine.");
  };
  readonly isInstalled = () => true;
  readonly read: Worker["read"] = () => Promise.reject(new Error("puppets have no disk"));
  readonly ready = async () => {};
  readonly put: Worker["put"] = () => Promise.reject(new Error("puppets have no disk"));

  run(spec: RunSpec): WorkerRun {
    this.opened.push(spec.runId);
    if (spec.session !== undefined) this.resumed.push([spec.runId, spec.session]);
    const events: WorkerEvent[] = [{ type: "placed", cwd: "/" }];
    let wake = () => {};
    const run: PuppetRun = {
      spec,
      commands: [],
      push: (...more) => {
        if (events.some(({ type }) => type === "completed")) return;
        events.push(...more);
        wake();
      },
    };
    this.running.push(run);
    const iterate = async function* () {
      for (let index = 0; ; ) {
        const event = events[index++];
        if (event) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
        if (event?.type === "completed") return;
        if (!event) index--;
      }
    };
    return {
      events: iterate(),
      send: (command) => {
        run.commands.push(command);
        if (command.type === "stop") {
          run.push({ type: "completed", engine: "puppet", ok: false, answer: "", error: command.reason });
        }
      },
    };
  }

  started({ spec, push }: PuppetRun): void {
    const value = spec.session ?? `session-of-${spec.runId}`;
    push({ type: "started", engine: "puppet", resume: { engine: "puppet", value } });
  }
}

/** Lets everything happen that can happen without the test. */
export const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};
