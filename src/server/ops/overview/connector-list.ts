import { STATES_BY_NEED } from '../../../app/ops/model/connector.ts';
import type { OpsConnector } from '../../../app/ops/model/connector.ts';
import { meaningOfState } from '../elements/mark.tsx';

/** Columns by which the table of connectors can be sorted; `state` sorts by urgency. */
export const SORTS = [
  'state',
  'name',
  'last_run',
  'as_of',
  'next_due',
  'held',
  'quarantined',
  'waiting',
] as const;
export type Sort = (typeof SORTS)[number];
export type Order = 'asc' | 'desc';

/** The order that a reader usually wants first: names from A, the newest run and the largest figures at the top. */
export const FIRST_ORDER: Readonly<Record<Sort, Order>> = {
  state: 'asc',
  name: 'asc',
  last_run: 'desc',
  as_of: 'asc',
  next_due: 'asc',
  held: 'desc',
  quarantined: 'desc',
  waiting: 'desc',
};

const KEY: Readonly<Record<Sort, (connector: OpsConnector) => number | string | null>> = {
  state: ({ state }) => STATES_BY_NEED.indexOf(state),
  name: ({ connector_id: id }) => id,
  last_run: ({ last_run: last }) => last?.started_at ?? null,
  as_of: ({ freshness }) => freshness.as_of,
  next_due: ({ freshness }) => freshness.next_due_at,
  held: ({ held_deletes: held }) => held,
  quarantined: ({ quarantined }) => quarantined,
  waiting: ({ pending }) => pending?.events ?? null,
};

/** Sorts by a column. Unknown values come last in both orders, and equal ones keep the order of urgency. */
export function sortedConnectors(
  connectors: readonly OpsConnector[],
  sort: Sort,
  order: Order,
): readonly OpsConnector[] {
  const sign = order === 'asc' ? 1 : -1;
  return [...connectors].sort((left, right) => {
    const [one, other] = [KEY[sort](left), KEY[sort](right)];
    if (one === other) return 0;
    if (one === null) return 1;
    if (other === null) return -1;
    return one < other ? -sign : sign;
  });
}

/** Filters the connectors whose name, file, state, mode or labels contain every word, ignoring case. */
export function foundConnectors(connectors: readonly OpsConnector[], text: string): readonly OpsConnector[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return connectors;
  return connectors.filter((connector) => {
    const { connector_id: id, file, mode, labels, state } = connector;
    const named = Object.entries(labels).map(([name, value]) => `${name}:${value}`);
    const haystack = [id, file ?? '', mode ?? '', meaningOfState(state).word, ...named]
      .join('\n')
      .toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}
