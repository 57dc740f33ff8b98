import type { ComponentChildren } from 'preact';
import type { OpsRun } from '../../../app/ops/model/run.ts';
import { runPath } from './addresses.ts';
import { countText, UNKNOWN } from './figures.ts';
import { Moment } from './moment.tsx';

interface RunCellProps {
  readonly run: Pick<OpsRun, 'run_id' | 'started_at'> | null;
  /** The title of the column, which narrow screens show beside the value. */
  readonly label: string;
  readonly now: string;
}

/** A cell with the time of a run, which links to the run. */
export function RunCell({ run, label, now }: RunCellProps) {
  return (
    <td data-label={label}>
      {run === null ? (
        <span class="unknown">{UNKNOWN}</span>
      ) : (
        <a href={runPath(run.run_id)}>
          <Moment at={run.started_at} now={now} />
        </a>
      )}
    </td>
  );
}

interface KindTableProps {
  readonly id: string;
  /** `Apps`, also the name of the table. */
  readonly title: string;
  readonly columns: readonly string[];
  /** Columns of numbers, after the others. */
  readonly figures: readonly string[];
  readonly rows: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A section with the table of all definitions of one kind. */
export function KindTable({ id, title, columns, figures, rows, children }: KindTableProps) {
  const heading = `${id}-title`;
  const name = `Table of ${title.toLowerCase()}`;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading} tabindex={-1}>
        {title}
      </h2>
      <div id={id} data-live>
        <div class="scroll" tabindex={0} role="region" aria-label={name}>
          <table class="cards">
            <caption class="unseen">{title}</caption>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th scope="col" key={column}>
                    {column}
                  </th>
                ))}
                {figures.map((figure) => (
                  <th scope="col" class="figure" key={figure}>
                    {figure}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{rows}</tbody>
          </table>
        </div>
      </div>
      {children}
    </section>
  );
}

interface FigureCellsProps {
  /** The numbers by the titles of their columns; null if unknown. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** The columns whose numbers are emphasized if they are above 0. */
  readonly loud: ReadonlySet<string>;
}

export function FigureCells({ figures, loud }: FigureCellsProps) {
  return (
    <>
      {Object.entries(figures).map(([title, value]) => (
        <td
          key={title}
          class={`figure${loud.has(title) && (value ?? 0) > 0 ? ' loud' : ''}`}
          data-label={title.toLowerCase()}
        >
          {countText(value)}
        </td>
      ))}
    </>
  );
}
