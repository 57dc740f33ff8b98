/** Starts a PostgreSQL, says so, and waits to be killed. */
import { startEmbeddedPostgres } from '../../../scripts/embedded-postgres.ts';

const { pid } = await startEmbeddedPostgres();
process.stdout.write(`${pid}\n`);
setInterval(() => undefined, 60_000);
