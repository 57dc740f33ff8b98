import type { Outcome } from '../../core/finding.ts';
import { dataStoreFindings } from '../doctor/cloud/data-store.ts';
import type { DoctorFinding } from '../doctor/finding.ts';
import type { Comparer } from './comparer.ts';
import { eachConnector } from './each-connector.ts';

const NAME = 'data-store';

/** Checks whether the data store of each connector exists and has the settings that its documents require. */
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

/**
 * Google manages the schema of a data store, so it is not compared. Checks skipped because the store was not found are
 * omitted.
 */
function outcomeOf({ subject, ...outcome }: DoctorFinding): Outcome[] {
  if (subject === 'schema') return [];
  switch (outcome.status) {
    case 'ok':
    case 'drift':
      return [outcome];
    case 'skip':
      return [];
    case 'warn':
      // A run works without permission to read the data store; a comparison does not.
      return [{ ...outcome, status: 'fail', code: 'GEMINI_PERMISSION' }];
    case 'fail': {
      const { code, message, fix } = outcome;
      const isDrift = code === 'GEMINI_NOT_FOUND' || code === 'GEMINI_STORE_MISMATCH';
      return [isDrift ? { status: 'drift', message, fix } : outcome];
    }
  }
}
