import { incompleteListing } from '../rules/delta.ts';
import { valueAt } from '../../draft.ts';
import type { Advice } from './advice.ts';

const PATH = 'spec.reconciliation.deletePolicy';

/** What the delete policy means for the kind of listing. A delta query with `auto_delete_missing` is a problem, not advice. */
export function deletePolicyAdvice(connector: unknown): Advice[] {
  const policy = valueAt(connector, PATH);
  const message =
    valueAt(connector, 'spec.mode') === 'rest_push' ? forPush(policy) : forPull(policy, listingOf(connector));
  return message === undefined ? [] : [{ path: PATH, message }];
}

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
  return isUnset(policy)
    ? 'Choose auto_delete_missing, so that a pushed DELETE deletes its document.'
    : undefined;
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
