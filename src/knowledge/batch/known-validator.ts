import type { KnowledgeConfig } from '../../definitions/knowledge-source/types.ts';
import type { Validator } from '../../rest/request/validator.ts';
import type { CursorChange } from '../store/cursors.ts';
import type { CursorTable } from '../store/tables.ts';

/**
 * Returns the validator of the last pass, if the response to it covers everything that a new pass would store.
 * @param content the hash of everything that decides what a pass stores
 */
export function knownValidator(
  cursor: CursorTable | undefined,
  { ifNoneMatchHeader, ifModifiedSinceHeader }: KnowledgeConfig,
  content: string,
): Validator | undefined {
  if (cursor === undefined) return undefined;
  const { validator_for, validator_etag, validator_last_modified, held_count } = cursor;
  // Held deletes are decided at the end of a pass, which reads the listing.
  if (validator_for !== content || (held_count ?? 0) > 0) return undefined;
  if (validator_etag !== null && isAsked(ifNoneMatchHeader)) return { etag: validator_etag };
  if (validator_last_modified !== null && isAsked(ifModifiedSinceHeader))
    return { lastModified: validator_last_modified };
  return undefined;
}

function isAsked(header: string | null | undefined): boolean {
  return header !== undefined && header !== null && header !== '';
}

/** The columns of the cursor for the validator of a listing of one page. */
export function validatorColumns(validator: Validator | undefined, content: string): CursorChange {
  return {
    validator_etag: validator !== undefined && 'etag' in validator ? validator.etag : null,
    validator_last_modified:
      validator !== undefined && 'lastModified' in validator ? validator.lastModified : null,
    validator_for: validator === undefined ? null : content,
  };
}
