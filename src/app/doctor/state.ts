import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { stateExposure } from '../../database/database-url.ts';
import { openCheckState } from '../../state/check/open-check-state.ts';
import { stateLocation } from '../run/state-location.ts';
import { exposedState, unlessExposed } from './exposed-paths.ts';
import { check, exposureFindings, fail, ok, type DoctorFinding } from './finding.ts';
import { whyNotWritable } from './writable-folder.ts';

interface StatePlace {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
}

/** Whether the state store can be reached securely and has the schema of this version. Creates and migrates nothing. */
export function stateFindings(place: StatePlace, signal: AbortSignal): Promise<DoctorFinding[]> {
  const { url, file } = stateLocation(place);
  return check('state', signal, async () => {
    if (url !== undefined)
      return [await database(url, file), ...exposureFindings('state', stateExposure(url))];
    // The exposure is checked first, because opening the file can create its journal.
    const exposure = await exposedState(file);
    return [unlessExposed(await embedded(file), exposure)];
  });
}

async function database(url: string, file: string): Promise<DoctorFinding> {
  await look(url, file);
  return ok('state', 'The database of DATABASE_URL answers, and its schema is that of this version.');
}

async function embedded(file: string): Promise<DoctorFinding> {
  const reason = await whyNotWritable(dirname(file));
  if (reason !== undefined) {
    const hint = 'Let the user of this process write there, or set DATABASE_URL.';
    const message = `The state cannot be kept in ${file}: ${reason}.`;
    return fail('state', new BridgeError('STATE_FAILED', message, { hint }));
  }
  if (!existsSync(file)) return ok('state', `${file} is not there yet; the first run makes it.`);
  try {
    await look(undefined, file);
  } catch (thrown) {
    // A run migrates its own embedded file, but no other database.
    if (toBridgeError(thrown).code !== 'STATE_NOT_MIGRATED') throw thrown;
    return ok('state', `${file} is of an older version; the next run brings it up to date.`);
  }
  return ok('state', `${file} can be read, and its schema is that of this version.`);
}

async function look(url: string | undefined, file: string): Promise<void> {
  const state = await openCheckState({ url, file });
  await state.close();
}
