import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { openState } from '../../state/open-state.ts';
import { stateLocation } from '../state-location.ts';
import { check, fail, ok, type Finding } from './finding.ts';
import { whyNotWritable } from './writable-folder.ts';

interface StatePlace {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
}

/** Whether the state store can be reached, and has the schema of this version. Makes and migrates nothing. */
export function stateFindings(place: StatePlace, signal: AbortSignal): Promise<Finding[]> {
  const location = stateLocation(place);
  return check('state', signal, async () => {
    const embedded = location.url === undefined;
    if (embedded && !existsSync(location.file)) return [await notYet(location.file)];
    try {
      const state = await openState({ ...location, readOnly: true });
      await state.close();
    } catch (thrown) {
      const error = toBridgeError(thrown);
      // A run brings its own file up to date, and only that.
      if (!embedded || error.code !== 'STATE_NOT_MIGRATED') throw error;
      return [ok('state', `${location.file} is of an older version; the next run brings it up to date.`)];
    }
    return [
      ok('state', embedded ? `${location.file} can be read.` : 'The database of DATABASE_URL answers, and its schema is current.'),
    ];
  });
}

async function notYet(file: string): Promise<Finding> {
  const reason = await whyNotWritable(dirname(file));
  if (reason === undefined) return ok('state', `${file} is not there yet; the first run makes it.`);
  const message = `The state file ${file} is not there, and cannot be made: ${reason}.`;
  const hint = 'Let the user of this process write there, or set DATABASE_URL.';
  return fail('state', new BridgeError('STATE_FAILED', message, { hint }));
}
