import type { Outcome } from '../../core/finding.ts';
import { dataStoreFindings } from '../doctor/data-store.ts';
import type { DoctorFinding } from '../doctor/finding.ts';
import type { Comparer } from './comparer.ts';
import { eachConnector } from './each-connector.ts';

const NAME = 'data-store';

/** The data store of each connector: whether it is there, and is one for its documents. */
export const dataStoreComparer: Pick<Comparer, 'compare'> = {
  async compare(context, signal) {
    const connectors = await context.connectors();
    const comparison = {
      comparer: NAME,
      drifts: [],
      compare: async ({ connector }: (typeof connectors)[number], ending: AbortSignal) => {
        const endpoint = context.discoveryEngineEndpoint;
        const { findings } = await dataStoreFindings(connector.spec, endpoint, ending);
        return findings.flatMap(outcomeOf);
      },
    };
    return eachConnector(connectors, comparison, signal);
  },
};

/** The schema of a data store belongs to Google, and what depends on a store that was not found says nothing. */
function outcomeOf({ subject, ...outcome }: DoctorFinding): Outcome[] {
  if (subject === 'schema') return [];
  switch (outcome.status) {
    case 'ok':
    case 'drift':
      return [outcome];
    case 'skip':
      return [];
    case 'warn':
      // A run can go without the right to look; a comparison cannot.
      return [{ ...outcome, status: 'fail', code: 'GEMINI_PERMISSION' }];
    case 'fail': {
      const { code, message, fix } = outcome;
      const isDrift = code === 'GEMINI_NOT_FOUND' || code === 'GEMINI_STORE_MISMATCH';
      return [isDrift ? { status: 'drift', message, fix } : outcome];
    }
  }
}
