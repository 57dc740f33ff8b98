/**
 * Rotates the stored secrets, and kills its own process with SIGKILL before a statement:
 *
 *     killable-rotation.ts <address as JSON> <keys> <number>
 */
import { parseKeyRing } from '../../../src/core/secrets/managed/key-ring.ts';
import { openServerDatabase } from '../../../src/database/open-server-database.ts';
import { openSecretStore } from '../../../src/state/secrets/secret-store.ts';

const [address = '', keys = '', at = ''] = process.argv.slice(2);
const database = await openServerDatabase(JSON.parse(address) as { file: string });
let statements = 0;
await database.guarded(({ knex }) => {
  knex.on('query', () => {
    statements += 1;
    if (String(statements) === at) die();
  });
  return Promise.resolve();
});
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) {
    // Dead in a moment: no statement may follow.
  }
}

const actor = {
  ...{ kind: 'command_line', id: 'ada', name: 'ada', right: 'admin' },
  ...{ address: null, requestId: null },
} as const;
await openSecretStore(database).rotate(parseKeyRing(keys, 'KEYS'), { actor, now: new Date() });
await database.close();
