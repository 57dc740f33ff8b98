import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names the set of processes among which a process id means something: the machine since its last start and, on Linux,
 * the container's process namespace. Two processes with equal identities can look whether the other one lives; a
 * restarted machine has another identity, so its old process ids are never taken for living ones.
 */
export function hostIdentity(): string {
  const parts = [
    hostname(),
    readOrNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    readOrNothing(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** Other systems than Linux have no such files, and a hardened container may hide them. */
function readOrNothing(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}
