import { mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const PREFIX = "takopi-";
const MAX_TRIES = 3;

/**
 * Puts a process, with all that it will start, into a control group of the run's own: nothing gets out of that by a new
 * session or an empty environment. Does nothing unless this process may make groups (Linux with cgroup v2: as root, or in
 * a service with `Delegate=yes`).
 */
export async function enclose(runId: string, pid: number): Promise<void> {
  const parent = ownGroup();
  if (parent === undefined) return;
  const group = groupOf(parent, runId);
  // Another start may remove a group that has no process yet.
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    try {
      removeEmpty(parent);
      mkdirSync(group, { recursive: true });
      await writeFile(join(group, "cgroup.procs"), String(pid));
      return;
    } catch {
      // Without a group, the run's processes are found by their mark and in the process tree.
    }
  }
}

/** The processes in a run's control group, zombies left out. */
export function enclosed(runId: string): number[] {
  const parent = ownGroup();
  try {
    return parent === undefined ? [] : readPids(join(groupOf(parent, runId), "cgroup.procs"));
  } catch {
    return [];
  }
}

const groupOf = (parent: string, runId: string): string => join(parent, `${PREFIX}${runId.replaceAll("/", "_")}`);

const readPids = (file: string): number[] => readFileSync(file, "latin1").split("\n").filter(Boolean).map(Number);

/** A group that still has processes cannot be removed: a run may leave some running on purpose. */
function removeEmpty(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      rmdirSync(join(parent, name));
    } catch {}
  }
}

/** The directory of the group that this process is in (cgroups(7)). */
function ownGroup(): string | undefined {
  try {
    const path = /^0::(\/.*)$/m.exec(readFileSync("/proc/self/cgroup", "latin1"))?.[1];
    // ID, parent, device, root, mount point, options, "-", type (proc_pid_mountinfo(5)).
    const mount = readFileSync("/proc/self/mountinfo", "latin1")
      .split("\n")
      .map((line) => line.split(" "))
      .find((fields) => fields[fields.indexOf("-") + 1] === "cgroup2");
    const [, , , root = "", point] = mount ?? [];
    if (path === undefined || point === undefined || !path.startsWith(root)) return undefined;
    return join(point, path.slice(root === "/" ? 0 : root.length));
  } catch {
    return undefined;
  }
}
