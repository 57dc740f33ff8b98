import { existsSync } from 'node:fs';
import type { Outcome } from '../../core/finding.ts';
import { openCheckState } from '../../state/check/open-check-state.ts';
import { scopeOfAll, thrownOutcome } from './drift-finding.ts';
import { withinTimeLimit } from '../doctor/finding.ts';
import { stateLocation } from '../run/state-location.ts';
import type { Comparer, DriftContext } from './comparer.ts';

/** Checks the schema of the state store, and lists the migrations that `migrate` would apply. Creates and migrates nothing. */
export const stateComparer: Pick<Comparer, 'compare'> = {
  async compare(context, signal) {
    const outcome = await withinTimeLimit('state', signal, () => compareSchema(context)).catch(
      (thrown: unknown) => {
        signal.throwIfAborted();
        return thrownOutcome(thrown, ['STATE_NOT_MIGRATED', 'STATE_NEWER']);
      },
    );
    return [{ ...scopeOfAll('state'), ...outcome }];
  },
};

async function compareSchema(context: DriftContext): Promise<Outcome> {
  const { url, file } = stateLocation(context);
  if (url === undefined && !existsSync(file)) {
    return { status: 'ok', message: `${file} is not there yet; the first run makes it.` };
  }
  const state = await openCheckState({ url, file });
  await state.close();
  const place = url === undefined ? file : 'the database of DATABASE_URL';
  return { status: 'ok', message: `The schema of ${place} is that of this version.` };
}
