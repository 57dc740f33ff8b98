import { readFileSync, readdirSync } from 'node:fs';

/** The unit of processor time in `/proc`: 100 a second on every Linux. */
const TICKS_PER_SECOND = 100;
const KIB_PER_MB = 1_024;
/** Places of fields in `/proc/<pid>/stat`, counted after the name, which may contain blanks. */
const [PARENT, USER, CHILDREN_SYSTEM] = [1, 11, 14];

/**
 * Processor time of a process, of the children for which it has waited, and of all its descendants that live. It never falls, so the
 * difference of two readings is what the tree used between them.
 * @param pid of the root, for example of a database server
 * @returns seconds, in steps of 0.01 for each process
 */
export function treeCpuSeconds(pid: number): number {
  for (;;) {
    const members = treeOf(pid);
    const ticks = members.reduce((sum, member) => sum + cpuTicks(member), 0);
    // The time of a process that ended after its parent was read is in neither of them: 4 s of a backend were missing once.
    if (treeOf(pid).join() === members.join()) return ticks / TICKS_PER_SECOND;
  }
}

/**
 * Processor time of the children that this process has started and that have ended, with that of their own children.
 * @returns seconds
 */
export function endedChildrenCpuSeconds(): number {
  const [user, system] = statFields(process.pid).slice(USER + 2, CHILDREN_SYSTEM + 1);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** Largest resident sets of the processes of a tree that live now, added. @returns MB of 2^20 bytes */
export function treePeakRssMb(pid: number): number {
  return treeOf(pid).reduce((sum, member) => sum + peakRssKib(member), 0) / KIB_PER_MB;
}

function treeOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statFields(pid)[PARENT]);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  const tree = [root];
  // The list grows while it is walked.
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function cpuTicks(pid: number): number {
  return statFields(pid)
    .slice(USER, CHILDREN_SYSTEM + 1)
    .reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** Empty for a process that has ended. */
function statFields(pid: number): readonly string[] {
  const text = fileText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function peakRssKib(pid: number): number {
  const [, kib = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(fileText(`/proc/${pid}/status`)) ?? [];
  return Number(kib);
}

function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}
