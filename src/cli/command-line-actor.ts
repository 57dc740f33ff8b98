import { userInfo } from 'node:os';
import type { Actor } from '../core/access/actor.ts';

/** The user of the operating system who runs a command. A user who can reach the database may do everything. */
export function commandLineActor(): Actor {
  const name = userName();
  return { kind: 'command_line', id: name, name, right: 'admin', address: null, requestId: null };
}

/** In a container the user may have a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
