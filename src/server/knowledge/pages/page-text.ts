import type { PageResult } from '../../../app/knowledge/managed-sources.ts';
import { countText, deletesText } from '../../ops/elements/figures.ts';
import type { Flash } from '../../http/flash.ts';

/** The outcome of one page in words. */
export function pageText(title: string, { items, url, next, done, counts, holdReason }: PageResult): Flash {
  const { added, known, deleted, setAside } = counts;
  const parts = [
    `${countText(items)} ${items === 1 ? 'item' : 'items'}`,
    `${countText(added)} ${added === 1 ? 'chunk' : 'chunks'} added`,
    `${countText(known)} known`,
    ...(deleted > 0 ? [`${countText(deleted)} deleted`] : []),
    ...(setAside > 0 ? [`${countText(setAside)} set aside`] : []),
  ];
  const end = done ? ' The pass is complete; Sync begins the next one.' : '';
  const held = holdReason === null ? {} : { hint: `${deletesText(counts.held)} withheld: ${holdReason}.` };
  return {
    tone: holdReason === null && setAside === 0 ? 'good' : 'warn',
    text: `${title}: ${parts.join(', ')}.${end}`,
    url,
    next,
    ...held,
  };
}
