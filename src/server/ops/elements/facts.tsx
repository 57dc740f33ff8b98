import type { ComponentChildren } from 'preact';
import { UNKNOWN } from './figures.ts';

/** Names and values; what is not known is a dash. */
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
