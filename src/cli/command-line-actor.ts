import { userInfo } from 'node:os';
import type { Actor } from '../core/access/actor.ts';

/** Who runs this command, as the audit log records it. Who may use the database may do everything. */
export function commandLineActor(): Actor {
  const name = userName();
  return { id: `user:${name}`, kind: 'command_line', name, right: 'admin', address: null, requestId: null };
}

/** In a container, the user may have no entry in the list of users. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
