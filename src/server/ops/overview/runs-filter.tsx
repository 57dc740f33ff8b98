import { OPS_WINDOW_HOURS_DEFAULT } from '../../limits.ts';
import { FIRST_ORDER } from './connector-list.ts';
import { overviewPath, type OverviewAddress } from '../elements/addresses.ts';

const STATUSES = [
  ['', 'any'],
  ['FAILED', 'Failed'],
  ['STALLED', 'Stalled'],
  ['HELD', 'Held'],
  ['PARTIAL', 'Partial'],
  ['RUNNING', 'Running'],
  ['SUCCESS', 'Success'],
  ['DRY_RUN', 'Dry run (nothing sent)'],
] as const;

const KINDS = [
  ['connector', 'connectors'],
  ['knowledge_source', 'knowledge sources'],
  ['app', 'apps'],
] as const satisfies readonly (readonly [OverviewAddress['kind'], string])[];

const WINDOWS = [
  [1, 'last hour'],
  [6, 'last 6 hours'],
  [24, 'last 24 hours'],
  [72, 'last 3 days'],
  [168, 'last 7 days'],
  [720, 'last 30 days'],
  [8_784, 'last year'],
] as const;

interface RunsFilter {
  readonly address: OverviewAddress;
  /** The names of all definitions of the kind, offered as choices. */
  readonly names: readonly string[];
  /** The kinds that exist here. */
  readonly kinds: readonly OverviewAddress['kind'][];
}

const NOUNS: Readonly<Record<OverviewAddress['kind'], string>> = {
  connector: 'Connector',
  knowledge_source: 'Source',
  app: 'App',
};

/** A plain form: it works without JavaScript, and its URL can be bookmarked and shared. */
export function RunsFilter({ address, names, kinds }: RunsFilter) {
  const { status, kind, runsOf, windowHours, limitRuns } = address;
  const windows = WINDOWS.some(([hours]) => hours === windowHours)
    ? WINDOWS
    : [[windowHours, `last ${windowHours} hours`] as const, ...WINDOWS];
  const filtered =
    status !== null || kind !== 'connector' || runsOf !== null || windowHours !== OPS_WINDOW_HOURS_DEFAULT;
  return (
    <form class="filter" method="get" action="/ops#runs-title" role="search" aria-label="Which runs">
      {(kinds.length > 1 || kind !== 'connector') && (
        <label>
          Runs of
          <select name="kind">
            {KINDS.filter(([value]) => kinds.includes(value) || value === kind).map(([value, word]) => (
              <option key={value} value={value} selected={value === kind}>
                {word}
              </option>
            ))}
          </select>
        </label>
      )}
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
        {NOUNS[kind]}
        <input
          name="connector_id"
          value={runsOf ?? ''}
          placeholder="part of a name"
          list="connector-names"
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
      <datalist id="connector-names">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <HiddenList address={address} />
      <button type="submit">Show</button>
      {filtered && <a href={`${overviewPath(withoutRuns(address))}#runs-title`}>Clear</a>}
    </form>
  );
}

/** The URL without the filter of runs; the parameters of the table of connectors are kept. */
function withoutRuns({ allConnectors, find, sort, order }: OverviewAddress): Partial<OverviewAddress> {
  return { allConnectors, find, sort, order };
}

/** Keeps the parameters of the table of connectors when the form of the runs is submitted. */
function HiddenList({ address: { allConnectors, find, sort, order } }: Pick<RunsFilter, 'address'>) {
  return (
    <>
      {allConnectors && <input type="hidden" name="connectors" value="all" />}
      {find !== null && <input type="hidden" name="find" value={find} />}
      {sort !== 'state' && <input type="hidden" name="sort" value={sort} />}
      {order !== FIRST_ORDER[sort] && <input type="hidden" name="order" value={order} />}
    </>
  );
}
