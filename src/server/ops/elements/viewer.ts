import type { Caller } from '../../access/access.ts';
import { LOOPBACK_CALLER } from '../../access/loopback-gate.ts';
import type { Viewer } from './frame.tsx';

/** On a server without keys, users do not log in, so they cannot log out. */
export function viewerOf(caller: Caller | undefined): Viewer {
  return caller === undefined || caller.id === LOOPBACK_CALLER.id ? undefined : caller.name;
}
