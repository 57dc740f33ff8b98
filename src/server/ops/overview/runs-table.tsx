import type { OpsRun } from '../../../app/ops/model/run.ts';
import { definitionPath, runPath } from '../elements/addresses.ts';
import { ErrorCode } from '../errors/error-code.tsx';
import { countText, durationText, UNKNOWN } from '../elements/figures.ts';
import { Mark, meaningOfRun } from '../elements/mark.tsx';
import { Moment } from '../elements/moment.tsx';

interface RunsTable {
  readonly runs: readonly OpsRun[];
  readonly now: string;
  readonly caption: string;
  /** True if all runs belong to one connector, whose name is then not repeated. */
  readonly ofOne: boolean;
}

export function RunsTable({ runs, now, caption, ofOne }: RunsTable) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={caption}>
      <table class="cards">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Status</th>
            {!ofOne && (
              <th scope="col">
                {runs[0]?.kind === 'app'
                  ? 'App'
                  : runs[0]?.kind === 'knowledge_source'
                    ? 'Source'
                    : 'Connector'}
              </th>
            )}
            <th scope="col">Run</th>
            <th scope="col">Started</th>
            <th scope="col" class="figure">
              Took
            </th>
            <th scope="col" class="figure">
              {runs[0]?.kind === 'connector' ? 'Sent' : 'Stored'}
            </th>
            <th scope="col" class="figure">
              Deleted
            </th>
            <th scope="col">Remarks</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.run_id} data-key={run.run_id}>
              <td>
                <Mark meaning={meaningOfRun(run)} />
              </td>
              {!ofOne && (
                <td class="name">
                  <a href={definitionPath(run)}>{run.connector_id}</a>
                </td>
              )}
              <td class="id">
                <a href={runPath(run.run_id)}>{run.run_id}</a>
              </td>
              <td>
                <Moment at={run.started_at} now={now} />
              </td>
              <td class="figure" data-label="took">
                {run.alive === false ? UNKNOWN : durationText(run.duration_seconds)}
              </td>
              <td class="figure" data-label={run.kind === 'connector' ? 'sent' : 'stored'}>
                {countText(sentOf(run))}
              </td>
              <td class="figure" data-label="deleted">
                {countText(run.counts?.deleted ?? null)}
              </td>
              <td class="remarks">
                <Remarks run={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The number of documents that were new or had changed. */
export function sentOf({ counts }: Pick<OpsRun, 'counts'>): number | null {
  return counts === null ? null : counts.added + counts.changed;
}

/** Short remarks about anything unusual in a run. */
function Remarks({ run }: { readonly run: OpsRun }) {
  const { error, phase, alive } = run;
  if (run.status === 'RUNNING' && run.kind !== 'connector') return <>{alive === true ? '' : 'silent'}</>;
  if (run.status === 'RUNNING') return <>{alive === true ? `in ${phase}` : `silent in ${phase}`}</>;
  if (error === null) return <>{remarksOf(run).join(' · ')}</>;
  return (
    <>
      <ErrorCode code={error.code} />{' '}
      {[...(run.kind === 'connector' ? [`in ${phase}`] : []), ...remarksOf(run)].join(' · ')}
    </>
  );
}

const COUNT_WORDS: Readonly<
  Record<OpsRun['kind'], { readonly quarantined: string; readonly rejected: string }>
> = {
  connector: { quarantined: 'quarantined', rejected: 'rejected' },
  knowledge_source: { quarantined: 'unusable', rejected: 'set aside' },
  app: { quarantined: 'errors', rejected: 'rejected' },
};

function remarksOf({ kind, counts, waits_for_next_run: waits }: OpsRun): string[] {
  const words = COUNT_WORDS[kind];
  return [
    ...(waits ? ['the next run finishes it'] : []),
    ...(counts !== null && counts.held > 0 ? [`${countText(counts.held)} held`] : []),
    ...(counts !== null && counts.quarantined > 0
      ? [`${countText(counts.quarantined)} ${words.quarantined}`]
      : []),
    ...(counts !== null && counts.rejected > 0 ? [`${countText(counts.rejected)} ${words.rejected}`] : []),
  ];
}
