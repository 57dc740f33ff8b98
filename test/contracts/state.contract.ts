import { describe } from '@jest/globals';
import { describePositions } from './state/positions.contract.ts';
import { describeRecords } from './state/records.contract.ts';
import { describeCommits } from './state/commits.contract.ts';
import { describeExplain } from './state/explain.contract.ts';
import { describeRuns } from './state/runs.contract.ts';
import { describeLeases } from './state/leases.contract.ts';
import { describeReadOnly } from './state/read-only.contract.ts';
import { describeLoads, type AddressedStore } from './state/loads.contract.ts';

/** The promises of the `State` port, kept by every engine. */
export function describeStateContract(engine: string, makeStore: () => Promise<AddressedStore>): void {
  describe(`a state in ${engine}`, () => {
    describePositions(makeStore);
    describeRecords(makeStore);
    describeCommits(makeStore);
    describeLoads(makeStore);
    describeExplain(makeStore);
    describeRuns(makeStore);
    describeLeases(makeStore);
    describeReadOnly(makeStore);
  });
}
