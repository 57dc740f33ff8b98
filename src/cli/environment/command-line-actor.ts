import { userInfo } from 'node:os';
import type { Actor } from '../../core/access/actor.ts';

/** The person at the command line, by the name of the user of the system. The credentials of the state permit every action. */
export function commandLineActor(): Actor {
  const name = userName();
  return { kind: 'command_line', id: name, name, right: 'admin', address: null, requestId: null };
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
