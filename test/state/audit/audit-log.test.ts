import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expireAuditEvents } from '../../../src/app/studio/audit/expiry.ts';
import type { AuditEvent } from '../../../src/core/access/audit-log.ts';
import { AUDIT_TEXT_CHARACTERS_MAX } from '../../../src/core/limits.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { openServerDatabase, type ServerDatabase } from '../../../src/database/open-server-database.ts';
import { openAuditLog } from '../../../src/state/audit/audit-log.ts';
import { openAuditRecords } from '../../../src/state/audit/audit-records.ts';
import { insertAuditEvent } from '../../../src/state/audit/insert-event.ts';
import { stateAddresses } from '../../support/databases/state-addresses.ts';

const address = stateAddresses();
const DAY_MS = 86_400_000;

const COLUMNS = [
  ...['at', 'actor_id', 'actor_kind', 'actor_name', 'address', 'action', 'object_kind', 'object_name'],
  ...['outcome', 'request_id', 'details'],
];

const event = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: { id: 'k1', kind: 'key', name: 'Ada', address: '10.0.0.1', requestId: 'r1' },
  action: 'secret.set',
  object: { kind: 'secret', name: 'crm-password' },
  outcome: 'ok',
  ...more,
});

describe.each(['SQLite', 'Postgres'])('the audit log in %s', (engine) => {
  let database: ServerDatabase;
  let lines: unknown[];
  beforeAll(async () => {
    database = await openServerDatabase(await address(engine));
  });
  afterAll(() => database.close());

  const opened = () => {
    lines = [];
    const log = { info: (message: string, fields?: object) => void lines.push({ message, ...fields }) };
    return {
      audit: openAuditLog(database, systemClock, log),
      records: openAuditRecords(database, systemClock, log),
    };
  };
  const insertOld = (days: number) =>
    database.guarded(({ knex }) => insertAuditEvent(knex, event(), new Date(Date.now() - days * DAY_MS)));
  const count = () => database.guarded(async ({ knex }) => (await knex('audit_events').select('id')).length);

  test('returns an event as it was recorded, and logs it as one line', async () => {
    const { audit, records } = opened();
    await audit.record(event({ details: { changed: true, hosts: 2, note: null } }));
    const [recorded] = await records.list({}, { limit: 1 });
    expect(recorded).toMatchObject({
      ...event({ details: { changed: true, hosts: 2, note: null } }),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(lines).toEqual([
      expect.objectContaining({ message: 'audit', audit: 'secret.set', actor: 'k1', object: 'crm-password' }),
    ]);
  });

  test('escapes control and bidirectional characters and cuts long texts', async () => {
    const { audit, records } = opened();
    const name = 'a\u202Eb\u0000c\u001B[31m';
    await audit.record(
      event({
        actor: { ...event().actor, name },
        object: { kind: 'route', name: 'x'.repeat(AUDIT_TEXT_CHARACTERS_MAX + 1) },
        details: { path: '/\u2066x' },
      }),
    );
    const [recorded] = await records.list({}, { limit: 1 });
    expect(recorded?.actor.name).toBe(String.raw`a\u202eb\u0000c\u001b[31m`);
    expect(recorded?.details).toEqual({ path: String.raw`/\u2066x` });
    expect(recorded?.object.name).toBe(`${'x'.repeat(AUDIT_TEXT_CHARACTERS_MAX)}…`);
    expect(JSON.stringify(lines)).not.toMatch(/[\u202E\u2066]/);
  });

  test('refuses to change an entry, to delete a young one, and to empty the table', async () => {
    const { audit } = opened();
    await audit.record(event());
    await insertOld(29);
    const before = await count();
    const change = (sql: string) => database.guarded(({ knex }) => knex.raw(sql));
    await expect(change("update audit_events set outcome = 'failed'")).rejects.toThrow();
    await expect(change("update audit_events set details = '{}' where 1 = 1")).rejects.toThrow();
    await expect(change('delete from audit_events')).rejects.toThrow();
    // SQLite has no such statement, so it fails there too.
    await expect(change('truncate audit_events')).rejects.toThrow();
    const columns = COLUMNS.join(', ');
    const copied = `(id, ${columns}) select id, ${columns} from audit_events`;
    // Postgres has no such statement, so it fails there too.
    await expect(change(`replace into audit_events ${copied}`)).rejects.toThrow();
    await expect(
      change(
        `insert into audit_events ${copied} where true on conflict (id) do update set outcome = 'failed'`,
      ),
    ).rejects.toThrow();
    expect(await count()).toBe(before);
  });

  test('filters by time, actor, action, object and outcome, and pages without gaps', async () => {
    const { audit, records } = opened();
    const started = new Date(Date.now() + 60_000).toISOString();
    const later = new Date(Date.now() + 120_000);
    for (let number = 0; number < 5; number += 1) {
      const actor = { ...event().actor, id: `k${number}`, name: number % 2 === 0 ? 'Bob_100%' : 'Carol' };
      const outcome = number === 4 ? 'refused' : 'ok';
      await database.guarded(({ knex }) =>
        insertAuditEvent(
          knex,
          event({ actor, outcome, action: 'key.create', object: { kind: 'key', name: `n${number}` } }),
          later,
        ),
      );
    }
    await audit.record(event());
    const names = async (filter: Parameters<typeof records.list>[0]) =>
      (await records.list(filter, { limit: 50 })).map(({ object }) => object.name);
    expect(await names({ from: started })).toEqual(['n4', 'n3', 'n2', 'n1', 'n0']);
    expect(await names({ from: started, until: started })).toEqual([]);
    expect(await names({ from: started, actor: 'k3' })).toEqual(['n3']);
    expect(await names({ from: started, actor: 'bob_1' })).toEqual(['n4', 'n2', 'n0']);
    expect(await names({ from: started, actor: '0%' })).toEqual(['n4', 'n2', 'n0']);
    expect(await names({ from: started, actor: '_arol' })).toEqual([]);
    expect(await names({ from: started, action: 'secret.set' })).toEqual([]);
    expect(await names({ from: started, object: 'key' })).toHaveLength(5);
    expect(await names({ from: started, object: 'N1' })).toEqual(['n1']);
    expect(await names({ from: started, outcome: 'refused' })).toEqual(['n4']);

    const first = await records.list({ from: started }, { limit: 2 });
    const second = await records.list({ from: started }, { limit: 2, before: first.at(-1)?.id });
    expect([...first, ...second].map(({ object }) => object.name)).toEqual(['n4', 'n3', 'n2', 'n1']);
    const newest = await records.newestId();
    const oldest = await records.next({ from: started }, { after: first[1]!.id, newest, limit: 50 });
    expect(oldest.map(({ object }) => object.name)).toEqual(['n4']);
  });

  test('deletes what is older than the retention, once a day, and records that', async () => {
    const { records } = opened();
    await insertOld(45);
    await insertOld(39);
    const expiry = { records, days: 40, clock: systemClock };
    const before = await count();
    expect(await expireAuditEvents(expiry)).toBe(1);
    expect(await count()).toBe(before);
    const [recorded] = await records.list({ action: 'audit.expire' }, { limit: 1 });
    expect(recorded).toMatchObject({
      actor: { kind: 'server' },
      outcome: 'ok',
      details: { events: 1, days: 40 },
    });
    await insertOld(45);
    expect(await expireAuditEvents(expiry)).toBe(0);
    expect(await records.expire(40, 10)).toBe(1);
  });
});
