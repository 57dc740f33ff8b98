import { includesRight, type Right } from '../../../core/secrets/access-key.ts';
import type { Caller } from '../../access/access.ts';
import { viewerOf as sessionOf } from '../../ops/elements/viewer.ts';

/** The reader of a page of Studio. */
export interface Viewer {
  /** The name of a session that can log out, or undefined. */
  readonly name: string | undefined;
  /** Whether a link or button for this right is useful. Routes and use cases check the right themselves. */
  may(right: Right): boolean;
}

export function viewerOf(caller: Caller | undefined): Viewer {
  return {
    name: sessionOf(caller),
    may: (right) => caller !== undefined && includesRight(caller.right, right),
  };
}
