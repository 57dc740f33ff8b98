import type { Explanation } from './explanation.ts';
import { releasedBy } from '../../pipeline/guard.ts';

/** @param sentence the sentence for deletes that an operator may release */
export function releaseAdvice(
  { holdReason, count: held }: NonNullable<Explanation['missing']>,
  command: string,
  sentence: string,
): string[] {
  if (holdReason === null)
    return ['The policy never_delete leaves it there. To hide it from search, delete it in the data store.'];
  switch (releasedBy(holdReason)) {
    case 'allow_deletes':
      return [sentence, `${command} --allow-deletes ${held}`];
    case 'complete_listing':
      return [
        'The listing was not complete, so it proves no delete. The log of that run says why it stopped early; then run again:',
        command,
      ];
    case 'identified_rows':
      return [
        'Rows were too large to be identified, and this may be one of them. Send them shorter (quarantine.ndjson of that run says which), and run again:',
        command,
      ];
  }
}

/** The forms of `aclUsersField` and `aclGroupsField`, as an instruction. */
const WRITE_READERS =
  'Write them as a database array, a JSON array of strings, or names separated by commas, semicolons or line breaks';

export function quarantineAdvice(quarantine: Explanation['quarantine']): string {
  if (quarantine?.code === 'ACL_EMPTY') return 'Give the row a reader';
  if (quarantine?.code === 'ACL_UNREADABLE')
    return `The readers of the row could not be read: ${quarantine.reason}. ${WRITE_READERS}`;
  return 'Correct the row';
}

export function pushAgain(quarantine: Explanation['quarantine']): string {
  if (quarantine?.code === 'ACL_EMPTY') return 'Push it again with a reader, and run again:';
  if (quarantine?.code === 'ACL_UNREADABLE')
    return `Its readers could not be read: ${quarantine.reason}. ${WRITE_READERS}, push it again, and run again:`;
  return 'Push it again as it should be, and run again:';
}

export function returnAdvice(removal: Explanation['removal']): string {
  if (removal?.cause === 'no readers') return 'If it should exist, give its row a reader, then run again:';
  if (removal?.cause === 'unreadable readers')
    return `If it should exist, correct the readers of its row. ${WRITE_READERS}, then run again:`;
  return 'If it should exist, check that the query returns its row, then run again:';
}
