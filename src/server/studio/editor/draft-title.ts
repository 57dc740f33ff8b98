import { basename } from 'node:path';
import type { Draft } from '../../../app/studio/drafts/draft-service.ts';

/** What a draft is, as the title of its page. */
export function draftTitle({
  intent,
  connectorId,
  path,
}: Pick<Draft, 'intent' | 'connectorId' | 'path'>): string {
  const name = basename(path, '.yaml');
  switch (intent) {
    case 'create':
      return name === '' ? 'New connector' : `New connector ${name}`;
    case 'clone':
      return name === '' ? `Copy of ${connectorId}` : `${name}, a copy of ${connectorId}`;
    case 'edit':
      return `Edit ${connectorId}`;
  }
}
