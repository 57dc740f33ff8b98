import type { ComponentChildren } from 'preact';
import { UNKNOWN } from './figures.ts';

/** A list of names and values; an unknown value is shown as a dash. */
export function Facts({
  rows,
}: {
  readonly rows: readonly (readonly [name: string, value: ComponentChildren])[];
}) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null || value === '' ? <span class="unknown">{UNKNOWN}</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
