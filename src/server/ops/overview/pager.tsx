import type { OpsSnapshot } from '../../../app/ops/model/snapshot.ts';
import { overviewPath, type OverviewAddress } from '../elements/addresses.ts';
import { countText } from '../elements/figures.ts';

/** The position of the page in a list of runs, with links to the previous and next pages. */
export function Pager({
  runs,
  address,
}: {
  readonly runs: OpsSnapshot['runs'];
  readonly address: OverviewAddress;
}) {
  const { offset, limit, total, items } = runs;
  if (total === 0) return null;
  const to = (offsetRuns: number) => `${overviewPath({ ...address, offsetRuns })}#runs-title`;
  const first = items.length === 0 ? 0 : offset + 1;
  return (
    <nav class="pager" aria-label="Pages of runs">
      <span class="quiet">
        {countText(first)} to {countText(offset + items.length)} of {countText(total)}
      </span>
      {offset > 0 && (
        <a rel="prev" href={to(Math.max(0, offset - limit))}>
          Newer
        </a>
      )}
      {offset + items.length < total && items.length > 0 && (
        <a rel="next" href={to(offset + limit)}>
          Older
        </a>
      )}
    </nav>
  );
}
