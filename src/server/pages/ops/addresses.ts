/** Paths of the pages of Ops. */
export function runPath(runId: string): string {
  return `/ops/runs/${encodeURIComponent(runId)}`;
}

export function connectorPath(connectorId: string): string {
  return `/ops/connectors/${encodeURIComponent(connectorId)}`;
}

/** What the page of all is asked for; what is as it is by itself is left out. */
export interface OverviewAddress {
  readonly status: string | null;
  readonly connectorId: string | null;
  readonly windowHours: number;
  readonly limitRuns: number;
  readonly offsetRuns: number;
  readonly allConnectors: boolean;
}

export function overviewPath(address: Partial<OverviewAddress>): string {
  const { status, connectorId, windowHours, limitRuns, offsetRuns, allConnectors } = address;
  const query = new URLSearchParams();
  if (status !== undefined && status !== null) query.set('status', status);
  if (connectorId !== undefined && connectorId !== null) query.set('connector_id', connectorId);
  if (windowHours !== undefined) query.set('window_hours', String(windowHours));
  if (limitRuns !== undefined) query.set('limit_runs', String(limitRuns));
  if (offsetRuns !== undefined && offsetRuns > 0) query.set('offset_runs', String(offsetRuns));
  if (allConnectors === true) query.set('connectors', 'all');
  const text = query.toString();
  return text === '' ? '/ops' : `/ops?${text}`;
}
