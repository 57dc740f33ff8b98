import { incompleteListing } from '../rules/delta.ts';
import { textAt, valueAt } from '../../draft.ts';
import { sqlCode } from '../sql/sql-text.ts';
import type { Advice } from './advice.ts';

const PATH = 'spec.reconciliation.deletePolicy';

/** What the delete policy means for the kind of listing. A delta query with auto_delete_missing is a problem, not advice. */
export function deletePolicyAdvice(connector: unknown): Advice[] {
  const policy = valueAt(connector, PATH);
  const isPush = valueAt(connector, 'spec.mode') === 'rest_push';
  const message = isPush ? forPush(policy) : forPull(policy, listingOf(connector));
  const atPolicy = message === undefined ? [] : [{ path: PATH, message }];
  return isPush || policy !== 'auto_delete_missing' ? atPolicy : [...atPolicy, ...atSource(connector)];
}

/** Says at the field that makes the listing incomplete what `validate` says at the policy, which is in another part of the form. */
function atSource(connector: unknown): Advice[] {
  const delta = incompleteListing(connector);
  if (delta === undefined) return rollingQuery(connector);
  if (delta.reportsDeletes) return [];
  const message =
    'With this, the source returns a part of its rows, and the delete policy auto_delete_missing would delete the documents of all others. ' +
    'Choose soft_delete_only or never_delete, or list everything.';
  return [{ path: delta.path, message }];
}

/** A query with a period that ends now, such as `updated_at > now() - interval '1 day'`. */
function rollingQuery(connector: unknown): Advice[] {
  const path = 'spec.source.query';
  const code = sqlCode(textAt(connector, path) ?? '', textAt(connector, 'spec.source.type'));
  const isRolling = [...code.matchAll(LOWER_BOUND)].some(([bound]) => NOW.test(bound) && PAST.test(bound));
  if (!isRolling) return [];
  const message =
    'The query lists the rows of a period that ends now. Rows that leave this period count as missing, and auto_delete_missing deletes ' +
    'their documents. That is right if old documents are to go; for a query of recent changes, choose another delete policy.';
  return [{ path, message }];
}

const LOWER_BOUND = /(?:>|\bbetween\b)(?:(?!\b(?:and|or|order|group|union)\b)[^<>;]){0,100}/gi;
const NOW =
  /\b(?:now|current_timestamp|current_date|localtimestamp|getdate|getutcdate|sysdatetime|sysutcdatetime|sysdatetimeoffset|sysdate|systimestamp|curdate|utc_timestamp|utc_date)\b/i;
const PAST = /-|\b(?:date_?sub|subdate|dateadd|trunc|date_trunc)\b/i;

type Listing = 'complete' | 'changes' | 'changes and deletes' | 'unknown';

function listingOf(connector: unknown): Listing {
  const asks = ['query', 'url', 'path', 'preset'].some((key) => {
    const value = valueAt(connector, `spec.source.${key}`);
    return value !== undefined && value !== null && value !== '';
  });
  if (!asks) return 'unknown';
  const incomplete = incompleteListing(connector);
  if (incomplete === undefined) return 'complete';
  return incomplete.reportsDeletes ? 'changes and deletes' : 'changes';
}

function forPush(policy: unknown): string | undefined {
  if (policy === 'soft_delete_only') {
    return 'A pushed DELETE only marks its document as deleted; the document stays in the index. auto_delete_missing deletes it.';
  }
  if (policy === 'never_delete') {
    return 'A pushed DELETE is refused, so documents stay in the index after their source is gone. auto_delete_missing deletes them.';
  }
  if (isUnset(policy)) return 'Choose auto_delete_missing, so that a pushed DELETE deletes its document.';
  return (
    'Only a pushed DELETE deletes a document. A document that a push leaves out stays in the index, also if each push has the whole ' +
    'state, so the producer must push a DELETE for everything that is gone.'
  );
}

function forPull(policy: unknown, listing: Listing): string | undefined {
  if (isUnset(policy)) return choiceFor(listing);
  if (listing === 'complete' && policy === 'soft_delete_only') {
    return 'Documents whose row is missing are marked as deleted and stay in the index. The source lists everything, so auto_delete_missing could delete them.';
  }
  if (listing === 'complete' && policy === 'never_delete') {
    return 'Documents whose row is missing stay in the index. The source lists everything, so auto_delete_missing could delete them.';
  }
  if (listing === 'changes' && policy !== 'auto_delete_missing') {
    return (
      'The source returns only changes, so documents of deleted rows stay in the index. To delete them, use a source that returns ' +
      'everything with auto_delete_missing.'
    );
  }
  return undefined;
}

function choiceFor(listing: Listing): string {
  switch (listing) {
    case 'complete':
      return 'Choose auto_delete_missing if every run lists everything: a missing row was deleted. Choose soft_delete_only if a person reviews deletes.';
    case 'changes':
      return 'Choose soft_delete_only or never_delete: the source returns only changes, so a missing row is unchanged.';
    case 'changes and deletes':
      return 'Choose auto_delete_missing, so that a reported delete deletes its document.';
    case 'unknown':
      return 'Choose auto_delete_missing for a source that lists everything in every run, otherwise soft_delete_only or never_delete.';
  }
}

function isUnset(policy: unknown): boolean {
  return policy === undefined || policy === null || policy === '';
}
