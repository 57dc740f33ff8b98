import { describe, expect, test } from '@jest/globals';
import { pgCronSql } from '../../../src/schedules/pg-cron/sql.ts';
import type { Schedulable } from '../../../src/schedules/schedulable.ts';

function definition(changes: Partial<Schedulable> = {}): Schedulable {
  const { name = 'staff' } = changes;
  return {
    kind: 'Connector',
    name,
    file: `connectors/${name}.yaml`,
    schedule: '0 * * * *',
    timeZone: 'UTC',
    paused: false,
    catchUp: 'last',
    secretVariables: ['SECRET_STAFF_DB'],
    ...changes,
  };
}

/** The names of the jobs that the SQL creates. */
const jobNames = (sql: string) =>
  [...sql.matchAll(/^select cron\.schedule\('([^']+)'/gm)].map(([, name]) => name);

describe('the SQL for pg_cron', () => {
  test('has one job for each definition with a schedule, and one that removes old rows', () => {
    const sql = pgCronSql([
      definition(),
      definition({ kind: 'KnowledgeSource', name: 'wiki' }),
      definition({ kind: 'App', name: 'crm-sync', appKey: 'crm' }),
      definition({ name: 'manual', schedule: undefined }),
      definition({ name: 'stopped', paused: true }),
    ]);
    expect(jobNames(sql)).toEqual([
      'gemini-sync-bridge connector staff',
      'gemini-sync-bridge knowledge source wiki',
      'gemini-sync-bridge app crm',
      'gemini-sync-bridge purge',
    ]);
  });

  test('has no job, and so removes all of them, if no definition has a schedule', () => {
    expect(jobNames(pgCronSql([definition({ schedule: undefined })]))).toEqual([]);
  });

  test('has no key, no address and no HTTP', () => {
    const sql = pgCronSql([definition()]);
    expect(sql).not.toMatch(/http|secret|bearer|127\.0\.0\.1/i);
    expect(sql).toContain('GMT');
  });

  test.each(['0 0 L * *', '0 0 * * 5#2', '0 0 15W * *', '@hourly', '0 0 * *', "0 0 * * '", '0 0 ? * *'])(
    'refuses the schedule %s, which pg_cron cannot read, and names the file and the field',
    (schedule) => {
      expect(() => pgCronSql([definition({ schedule })])).toThrow(
        expect.objectContaining({
          code: 'SCHEDULE_UNSUPPORTED',
          message: `connectors/staff.yaml: spec.schedule ${JSON.stringify(schedule)} is not supported by pg_cron.`,
        }),
      );
    },
  );

  test('refuses a step after a single number, as pg_cron does, and shows the range to write', () => {
    expect(() => pgCronSql([definition({ schedule: '0,5/15 * * * *' })])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('5-59/15') }),
    );
    expect(jobNames(pgCronSql([definition({ schedule: '5-59/15,*/7 1,2-4 * JAN-MAR mon' })]))).toHaveLength(
      2,
    );
  });

  test.each(['Europe/London', 'Etc/GMT+1'])(
    'refuses the time zone %s, also of a paused definition',
    (timeZone) => {
      expect(() => pgCronSql([definition({ timeZone, paused: true })])).toThrow(
        expect.objectContaining({
          code: 'SCHEDULE_UNSUPPORTED',
          message: expect.stringContaining(`connectors/staff.yaml: spec.timeZone is ${timeZone}`),
        }),
      );
    },
  );

  test('accepts other names of UTC', () => {
    expect(jobNames(pgCronSql([definition({ timeZone: 'Etc/UTC' })]))).toHaveLength(2);
  });
});
