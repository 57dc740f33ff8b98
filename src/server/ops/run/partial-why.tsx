import type { OpsRun } from '../../../app/ops/model/run.ts';
import { CloudName } from '../elements/cloud-name.tsx';
import { countText } from '../elements/figures.ts';

interface PartialWhy {
  readonly counts: OpsRun['counts'];
  /** Where the reasons for quarantined rows are stored; null if that is not known. */
  readonly quarantine: string | null;
}

/** Explains why a run is partial: documents were rejected, rows were quarantined, or the source did not list everything. */
export function PartialWhy({ counts, quarantine }: PartialWhy) {
  const rejected = counts?.rejected ?? 0;
  const quarantined = counts?.quarantined ?? 0;
  return (
    <>
      {rejected > 0 && (
        <p>
          The index refused {documents(rejected)}; the run lists them with their reasons. The next run sends
          them again.
        </p>
      )}
      {quarantined > 0 && (
        <p>
          {quarantined === 1 ? '1 row was' : `${countText(quarantined)} rows were`} quarantined
          {quarantine === null ? '; the page of the run has the reasons.' : ', with the reasons in '}
          {quarantine !== null && <CloudName name={quarantine} />}
        </p>
      )}
      {rejected + quarantined === 0 && (
        <p>The source did not list everything, so nothing that was missing counted as deleted.</p>
      )}
      <p>Everything else was applied.</p>
      {quarantined > 0 && <p class="fix">Correct these rows in the source, or the mapping.</p>}
    </>
  );
}

function documents(count: number): string {
  return count === 1 ? '1 document' : `${countText(count)} documents`;
}
