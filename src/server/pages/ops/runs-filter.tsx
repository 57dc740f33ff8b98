import { OPS_WINDOW_HOURS_DEFAULT } from '../../../core/limits.ts';
import { overviewPath, type OverviewAddress } from './addresses.ts';

const STATUSES = [
  ['', 'any'],
  ['FAILED', 'Failed'],
  ['HELD', 'Held'],
  ['PARTIAL', 'Partial'],
  ['RUNNING', 'Running'],
  ['SUCCESS', 'Success'],
  ['DRY_RUN', 'Dry run'],
] as const;

const WINDOWS = [
  [1, 'last hour'],
  [6, 'last 6 hours'],
  [24, 'last 24 hours'],
  [72, 'last 3 days'],
  [168, 'last 7 days'],
  [720, 'last 30 days'],
  [8_784, 'last year'],
] as const;

/** A plain form: it works without a script, and its address can be kept and sent. */
export function RunsFilter({ address }: { readonly address: OverviewAddress }) {
  const { status, connectorId, windowHours, limitRuns, allConnectors } = address;
  const windows = WINDOWS.some(([hours]) => hours === windowHours)
    ? WINDOWS
    : [[windowHours, `last ${windowHours} hours`] as const, ...WINDOWS];
  const filtered = status !== null || connectorId !== null || windowHours !== OPS_WINDOW_HOURS_DEFAULT;
  return (
    <form class="filter" method="get" action="/ops#runs-title" role="search" aria-label="Which runs">
      <label>
        Status
        <select name="status">
          {STATUSES.map(([value, word]) => (
            <option key={value} value={value} selected={value === (status ?? '')}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <label class="wide">
        Connector
        <input
          name="connector_id"
          value={connectorId ?? ''}
          placeholder="any"
          maxlength={256}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label>
        Started
        <select name="window_hours">
          {windows.map(([hours, word]) => (
            <option key={hours} value={hours} selected={hours === windowHours}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <input type="hidden" name="limit_runs" value={limitRuns} />
      {allConnectors && <input type="hidden" name="connectors" value="all" />}
      <button type="submit">Show</button>
      {filtered && <a href={`${overviewPath({ allConnectors })}#runs-title`}>Clear</a>}
    </form>
  );
}
