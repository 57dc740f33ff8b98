import type { ScheduleSpec } from '../../../src/definitions/schedule/types.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunCounts } from '../../../src/pipeline/ports/ports.ts';
import type { FinishedStatus, Lease, State } from '../../../src/pipeline/ports/state-port.ts';
import { openState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import { runCounts } from '../pipeline/run-counts.ts';

/** What every test of Ops takes for now. */
export const NOW = new Date('2026-11-21T03:10:00.000Z');

export const LONG_NAME = 'a-connector-whose-name-is-as-long-as-a-name-may-be-and-then-some';

const TARGET = 'projects/my-project/locations/global/dataStores/people';

const COUNTS: RunCounts = runCounts({
  seen: 12_000,
  unchanged: 11_870,
  added: 90,
  changed: 40,
  missing: 12,
  deleted: 12,
});

/** Minutes before `NOW`. */
export function minutesAgo(minutes: number): Date {
  return new Date(NOW.getTime() - minutes * 60_000);
}

/** A state with runs in it, as runs write them, and a folder of connectors beside it. */
export interface OpsPlace {
  readonly state: State;
  writeConnector(
    name: string,
    schedule?: string | ScheduleSpec,
    mode?: 'sql_pull' | 'rest_push',
    bucket?: string,
  ): void;
  writeFile(name: string, content: string): void;
  /** Begins a run and takes it into a phase, a minute for each. */
  begin(run: {
    runId: string;
    connector: string;
    at: Date;
    phase?: 'extract' | 'publish' | 'ingest';
  }): Promise<void>;
  /** A run from its beginning to its commit. */
  commit(run: {
    runId: string;
    connector: string;
    at: Date;
    status?: FinishedStatus;
    counts?: Partial<RunCounts>;
    holdReason?: string;
    rejected?: readonly string[];
  }): Promise<void>;
  fail(run: {
    runId: string;
    connector: string;
    at: Date;
    published?: boolean;
    code?: string;
  }): Promise<void>;
  /** Holds the lease of a run, until `close`. */
  hold(runId: string, connector: string): Promise<void>;
  close(): Promise<void>;
}

/** @param url of a Postgres database; otherwise the state is in a file below `cwd` */
export async function opsPlace(cwd: string, url?: string): Promise<OpsPlace> {
  const folder = join(cwd, 'connectors');
  mkdirSync(folder, { recursive: true });
  const state = await openState({ url, file: join(cwd, STATE_FILE), readOnly: false, migrate: true });
  const held: Lease[] = [];
  const owner = (runId: string) => ({ runId, host: 'worker-1', pid: 4711 });

  const begin: OpsPlace['begin'] = async ({ runId, connector, at, phase = 'extract' }) => {
    const minute = (index: number) => new Date(at.getTime() + index * 60_000);
    await state.beginRun({ runId, connectorId: connector, target: TARGET, startedAt: at });
    await state.enterPhase(runId, 'extract', at);
    if (phase === 'extract') return;
    await state.enterPhase(runId, 'publish', minute(1));
    if (phase === 'ingest') await state.enterPhase(runId, 'ingest', minute(2));
  };
  const publish = (runId: string, connector: string, counts: RunCounts, holdReason: string | null) =>
    state.published(runId, {
      manifestName: `connectors/${connector}/runs/${runId}/manifest.json`,
      counts,
      watermark: '2026-11-21 02:59:58',
      startedFrom: null,
      mappingVersion: 'v1',
      holdReason,
      columns: [],
    });
  const journalOf = (runId: string) => state.journal(runId, TARGET, { host: 'worker-1', pid: 4711 });

  return {
    state,
    writeConnector(name, schedule, mode = 'sql_pull', bucket = 'gs://company-gemini-sync') {
      writeFileSync(
        join(folder, `${name}.yaml`),
        JSON.stringify(connectorFile({ name, schedule, mode, bucket }), null, 2),
      );
    },
    writeFile(name, content) {
      writeFileSync(join(folder, name), content);
    },
    begin,
    async commit({ runId, connector, at, status = 'SUCCESS', holdReason, rejected = [], ...run }) {
      const lease = await state.lease(connector, owner(runId));
      await state.position(connector, TARGET);
      await begin({ runId, connector, at, phase: 'ingest' });
      const counts = { ...COUNTS, rejected: rejected.length, ...run.counts };
      await publish(runId, connector, counts, holdReason ?? null);
      await journalOf(runId).save({
        name: 'import-1',
        state: 'done',
        operation: `${TARGET}/branches/0/operations/import-${runId}`,
        askedAt: at.toISOString(),
        detail: { succeeded: counts.added + counts.changed, failed: rejected.length },
      });
      await journalOf(runId).reject(
        rejected.map((docId) => ({
          docId,
          reason: 'Field "title" is too long.',
          outcome: 'refused' as const,
        })),
      );
      await state.enterPhase(runId, 'commit', new Date(at.getTime() + 170_000));
      const finishedAt = new Date(at.getTime() + 180_000);
      await state.commit({ runId, fence: lease.fence, status, counts, finishedAt });
      await lease.release();
    },
    async fail({ runId, connector, at, published = false, code = 'SOURCE_AUTH_FAILED' }) {
      const lease = await state.lease(connector, owner(runId));
      await begin({ runId, connector, at, phase: published ? 'ingest' : 'extract' });
      if (published) await publish(runId, connector, COUNTS, null);
      await state.failRun(runId, {
        error: {
          code,
          message: 'The source hr-db.example.com:5432 refuses the user sync_reader.',
          hint: 'Set SECRET_HR_DB to a connection string with the right password, then run again.',
        },
        finishedAt: new Date(at.getTime() + 5_000),
        abandon: !published,
      });
      await lease.release();
    },
    async hold(runId, connector) {
      held.push(await state.lease(connector, owner(runId)));
    },
    async close() {
      for (const lease of held) await lease.release();
      await state.close();
    },
  };
}

interface ConnectorFile {
  readonly name: string;
  readonly schedule: string | ScheduleSpec | undefined;
  readonly mode: 'sql_pull' | 'rest_push';
  readonly bucket: string;
}

function connectorFile({ name, schedule, mode, bucket }: ConnectorFile): unknown {
  const source =
    mode === 'rest_push'
      ? { type: 'http', secretRef: 'people-push' }
      : { type: 'postgres', secretRef: 'people-db', query: 'SELECT id, name, team FROM people' };
  return {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name, description: `People of ${name}` },
    spec: {
      mode,
      ...(typeof schedule === 'string' ? { schedule } : schedule),
      source,
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }} works in {{ team }}.' },
      output: { bucket, prefix: name, format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'people' },
      reconciliation: { deletePolicy: 'auto_delete_missing' },
    },
  };
}

/** One connector of each state, and a broken file. */
export async function fillWithEverything(place: OpsPlace): Promise<void> {
  const hourly = '5 * * * *';
  for (const name of [
    'hr-employees',
    'crm-accounts',
    'wiki-pages',
    'orders',
    'tickets',
    'handbook',
    LONG_NAME,
  ]) {
    place.writeConnector(name, hourly);
  }
  place.writeConnector('never-yet');
  place.writeConnector('support-push', undefined, 'rest_push');
  place.writeFile(
    'broken.yaml',
    'apiVersion: sync.gemini.io/v1alpha1\nkind: Connector\nmetadata:\n  name: broken\n',
  );

  for (let hour = 8; hour >= 1; hour--) {
    const at = minutesAgo(hour * 60 + 5);
    const counts = { added: hour * 13, changed: 40 + hour * 7 };
    for (const connector of ['hr-employees', 'handbook', LONG_NAME]) {
      await place.commit({ runId: `${connector.slice(0, 20)}-${hour}`, connector, at, counts });
    }
  }
  await place.fail({ runId: 'hr-failed', connector: 'hr-employees', at: minutesAgo(5) });
  await place.commit({ runId: 'handbook-now', connector: 'handbook', at: minutesAgo(5) });
  await place.commit({
    runId: 'long-now',
    connector: LONG_NAME,
    at: minutesAgo(5),
    counts: { quarantined: 3 },
  });
  await place.commit({
    runId: 'crm-held',
    connector: 'crm-accounts',
    at: minutesAgo(5),
    status: 'HELD',
    counts: { missing: 1_204, deleted: 0, held: 1_204 },
    holdReason: '1,204 of 12,000 documents would be deleted, and the limit is 600',
  });
  await place.commit({
    runId: 'wiki-partial',
    connector: 'wiki-pages',
    at: minutesAgo(5),
    status: 'PARTIAL',
    rejected: ['wiki-pages:17', 'wiki-pages:<b>18</b>'],
  });
  await place.commit({ runId: 'orders-old', connector: 'orders', at: minutesAgo(190) });
  await place.commit({ runId: 'tickets-1', connector: 'tickets', at: minutesAgo(65) });
  await place.begin({ runId: 'tickets-2', connector: 'tickets', at: minutesAgo(4), phase: 'ingest' });
  await place.hold('tickets-2', 'tickets');
}
