import { FIRST_ORDER, type Order, type Sort } from '../overview/connector-list.ts';

/** The paths of the Ops pages. */
export function runPath(runId: string): string {
  return `/ops/runs/${encodeURIComponent(runId)}`;
}

export function connectorPath(connectorId: string): string {
  return `/ops/connectors/${encodeURIComponent(connectorId)}`;
}

export function documentPath(connectorId: string): string {
  return `${connectorPath(connectorId)}/document`;
}

/** The page about one document of a connector. */
export function foundDocumentPath(connectorId: string, docId: string): string {
  return `${documentPath(connectorId)}?${new URLSearchParams({ doc: docId }).toString()}`;
}

/** The row of an error code. */
export function errorPath(code: string): string {
  return `/ops/errors#${code}`;
}

/** The query parameters of the overview page; default values are omitted from the URL. */
export interface OverviewAddress {
  readonly status: string | null;
  /** The filter of runs by connector, as typed. */
  readonly runsOf: string | null;
  readonly windowHours: number;
  readonly limitRuns: number;
  readonly offsetRuns: number;
  readonly allConnectors: boolean;
  /** The search of the table of connectors, as typed. */
  readonly find: string | null;
  readonly sort: Sort;
  readonly order: Order;
}

export function overviewPath(address: Partial<OverviewAddress>): string {
  const { status, runsOf, windowHours, limitRuns, offsetRuns, allConnectors } = address;
  const { find, sort = 'state', order = FIRST_ORDER[sort] } = address;
  const query = new URLSearchParams();
  if (status !== undefined && status !== null) query.set('status', status);
  if (runsOf !== undefined && runsOf !== null) query.set('connector_id', runsOf);
  if (windowHours !== undefined) query.set('window_hours', String(windowHours));
  if (limitRuns !== undefined) query.set('limit_runs', String(limitRuns));
  if (offsetRuns !== undefined && offsetRuns > 0) query.set('offset_runs', String(offsetRuns));
  if (allConnectors === true) query.set('connectors', 'all');
  if (find !== undefined && find !== null) query.set('find', find);
  if (sort !== 'state' || order !== FIRST_ORDER[sort]) query.set('sort', sort);
  if (order !== FIRST_ORDER[sort]) query.set('order', order);
  const text = query.toString();
  return text === '' ? '/ops' : `/ops?${text}`;
}
