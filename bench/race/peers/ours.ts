import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { BIN, measuredProgram } from '../../measure/measured-process.ts';
import { writeConnectors, type Variant } from '../../sync/connectors.ts';
import type { Entry, RacePlace } from '../entry.ts';

const READERS = 'yes, enforced';
const DIFF = 'yes, by content';
const STATE_DATABASE = 'race_state';

function stateUrl(sourceUrl: string): string {
  const url = new URL(sourceUrl);
  url.pathname = `/${STATE_DATABASE}`;
  return url.href;
}

async function prepare({ folder }: RacePlace): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeConnectors(folder);
}

function entry(key: string, title: string, deletes: string, variant: Variant, isPostgres = false): Entry {
  return {
    ...{ key, title, needs: [], deletes, diff: DIFF, readers: READERS },
    async prepare(place) {
      await prepare(place);
      if (!isPostgres) return;
      const client = new pg.Client(place.sourceUrl);
      await client.connect();
      await client.query(`DROP DATABASE IF EXISTS ${STATE_DATABASE}`);
      await client.query(`CREATE DATABASE ${STATE_DATABASE}`);
      await client.end();
      await measuredProgram(['migrate'], {
        folder: place.folder,
        env: { DATABASE_URL: stateUrl(place.sourceUrl) },
      });
    },
    command: ({ folder, sourceUrl }) => ({
      file: process.execPath,
      args: [
        ...[BIN, 'run', '--connector', join(folder, `${variant}.yaml`), '--local', '--progress', 'off'],
        // The guard would hold nothing here; a benchmark with more deletes must not wait for a person.
        ...['--allow-deletes', '100000000'],
      ],
      env: {
        LOG_LEVEL: 'error',
        SECRET_HR_DB_CREDENTIALS: sourceUrl,
        ...(isPostgres ? { DATABASE_URL: stateUrl(sourceUrl) } : {}),
      },
    }),
  };
}

export const OURS: readonly Entry[] = [
  entry('ours', 'ours, SQLite', 'yes, guarded', 'plain'),
  entry('ours-postgres', 'ours, Postgres state', 'yes, guarded', 'plain', true),
  entry('ours-delta', 'ours, delta query', 'no, by design', 'delta'),
];
