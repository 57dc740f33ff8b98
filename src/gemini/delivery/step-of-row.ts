import type { DeliveryStep } from '../../pipeline/ports/delivery-port.ts';
import type { Manifest } from '../../pipeline/ports/ports.ts';
import { filesOf } from './manifest-files.ts';
import { requestGroups } from '../api/requests.ts';

const WORDS = { upserts: 'import', deletes: 'purge' } as const;

/**
 * Finds the step in a journal that delivered a document; undefined if there is none. A finished step takes precedence over an
 * unfinished one, and among requests that were split repeatedly, the smallest takes precedence.
 * @param row the document's row over all files of its kind, from 0
 */
export function stepOfRow(
  manifest: Manifest,
  kind: 'upserts' | 'deletes',
  row: number,
  steps: readonly DeliveryStep[],
): DeliveryStep | undefined {
  const ofFiles = `${WORDS[kind]}-${groupOf(manifest, kind, row)}`;
  const rowsOfStep = ({ name }: DeliveryStep): number => {
    if (name === ofFiles || (kind === 'deletes' && name === 'deletes')) return Number.MAX_SAFE_INTEGER;
    const [, word, from = 0, to = 0] = /^(import|purge)-rows-(\d+)-(\d+)$/.exec(name) ?? [];
    const holds = word === WORDS[kind] && row >= Number(from) && row < Number(to);
    return holds ? Number(to) - Number(from) : 0;
  };
  const rank = (step: DeliveryStep) => (step.state === 'done' ? 0 : step.state === 'refused' ? 2 : 1);
  return steps
    .filter((step) => rowsOfStep(step) > 0)
    .sort((left, right) => rank(left) - rank(right) || rowsOfStep(left) - rowsOfStep(right))
    .at(0);
}

/** The number of the request, from 1, whose files contain the row. */
function groupOf(manifest: Manifest, kind: 'upserts' | 'deletes', row: number): number {
  let end = 0;
  const groups = requestGroups(filesOf(manifest, kind));
  const index = groups.findIndex((files) => {
    for (const file of files) end += file.rows;
    return row < end;
  });
  return index + 1;
}
