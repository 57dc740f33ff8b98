/**
 * Syncs one page and kills its own process with SIGKILL before a statement of the transaction, or before its lease is
 * released:
 *
 *     killable-batch.ts <address as JSON> <source id> <number | last | release>
 */
import type { DatabaseAddress } from '../../../src/database/database.ts';
import { knowledgePlace } from './knowledge-place.ts';
import { onStatements } from './on-statements.ts';

const [address = '', id = '', at = ''] = process.argv.slice(2);
const place = await knowledgePlace(JSON.parse(address) as DatabaseAddress);
place.now = new Date('2026-11-21T12:00:00Z');
place.embedder.refuses = (text) => (text.startsWith('Refused') ? 'no' : undefined);

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) {
    // Dead in a moment: not one instruction of the batch may follow.
  }
}

onStatements(place, (statement, sql) => {
  if (String(statement) === at) die();
  if (at === 'last' && sql.startsWith('COMMIT')) die();
});
await place.page(id);
