import type { PlacedFile } from "../domain/files.ts";
import type { RunSpec, SessionOperation } from "../domain/run.ts";
import type { Lookups, MachineFacts } from "./lookups.ts";
import type {
  FilePlace,
  LeftRun,
  NewFile,
  OperationPlace,
  OperationResult,
  ReadableFile,
  Worker,
  WorkerRun,
} from "./port.ts";

export interface MachineWorkersOptions {
  readonly local: Worker;
  /** The worker of another machine. */
  readonly remote: (machine: string) => Worker;
  /** The machine of a project; undefined if that is this one. */
  readonly machineOf: (project: string | undefined) => string | undefined;
  readonly list: () => readonly MachineFacts[];
  readonly closeRemote: () => Promise<void>;
}

/** This machine and others: everything goes to the machine of its project. */
export class MachineWorkers implements Worker {
  readonly #options: MachineWorkersOptions;
  constructor(options: MachineWorkersOptions) {
    this.#options = options;
  }

  run(spec: RunSpec): WorkerRun {
    return this.#at(spec).run(spec);
  }

  operate(operation: SessionOperation, place: OperationPlace, input?: string): Promise<OperationResult> {
    return this.#at(place).operate(operation, place, input);
  }

  async look<Name extends keyof Lookups>(name: Name, input: Lookups[Name]["input"]): Promise<Lookups[Name]["output"]> {
    if (name === "machines") return this.#options.list() as Lookups[Name]["output"];
    return this.#at("project" in input ? input : {}).look(name, input);
  }

  ready(...[place, ...how]: Parameters<Worker["ready"]>): Promise<void> {
    return this.#at(place).ready(place, ...how);
  }

  isInstalled(...[engine, place]: Parameters<Worker["isInstalled"]>): boolean | undefined {
    return this.#at(place).isInstalled(engine, place);
  }

  put(place: FilePlace, file: NewFile): Promise<PlacedFile> {
    return this.#at(place).put(place, file);
  }

  read(place: FilePlace, path: string): Promise<ReadableFile> {
    return this.#at(place).read(place, path);
  }

  async recover(left: readonly LeftRun[]): Promise<readonly string[]> {
    const { local } = this.#options;
    // This machine has more to take over than runs.
    const workers = new Set([local, ...left.map((one) => this.#at(one))]);
    const living = [...workers].map((worker) => worker.recover(left.filter((one) => this.#at(one) === worker)));
    return (await Promise.all(living)).flat();
  }

  async close(): Promise<void> {
    await Promise.all([this.#options.local.close(), this.#options.closeRemote()]);
  }

  #at({ project, machine }: Pick<RunSpec, "project" | "machine">): Worker {
    const { local, remote, machineOf } = this.#options;
    const name = machine ?? machineOf(project) ?? "";
    return name === "" ? local : remote(name);
  }
}
