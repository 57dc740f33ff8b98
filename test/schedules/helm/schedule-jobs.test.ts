import { describe, expect, test } from '@jest/globals';
import { Cron } from 'croner';
import { kubernetesSchedule } from '../../../src/schedules/helm/kubernetes-cron.ts';
import { scheduleJobs } from '../../../src/schedules/helm/schedule-jobs.ts';
import { HR_EMPLOYEES } from '../../support/definitions/schedulable.ts';

describe('the jobs of definitions', () => {
  test('has no job for a definition without a schedule, and a suspended one for a paused definition', () => {
    const { jobs, unsupported } = scheduleJobs([
      { ...HR_EMPLOYEES, name: 'a', schedule: undefined },
      { ...HR_EMPLOYEES, name: 'b', paused: true },
    ]);
    expect(unsupported).toEqual([]);
    expect(jobs.map(({ name, enabled }) => ({ name, enabled }))).toEqual([{ name: 'b', enabled: false }]);
  });

  test('refuses a name that two kinds share and a name of 53 characters, with the file and the field', () => {
    const long = 'a'.repeat(53);
    const { unsupported } = scheduleJobs([
      { ...HR_EMPLOYEES, name: 'a'.repeat(52) },
      { ...HR_EMPLOYEES, name: long, file: 'connectors/long.yaml' },
      HR_EMPLOYEES,
      { ...HR_EMPLOYEES, kind: 'App', file: 'connectors/app.yaml' },
    ]);
    expect(unsupported).toEqual([
      {
        file: 'connectors/long.yaml',
        field: 'metadata.name',
        message: `"${long}" has 53 characters, and the name of a CronJob has at most 52.`,
      },
      {
        file: 'connectors/app.yaml',
        field: 'metadata.name',
        message:
          '"hr-employees" is also the name of the Connector in connectors/hr-employees.yaml, and both would be the same CronJob.',
      },
    ]);
  });
});

describe('a schedule for Kubernetes', () => {
  test('is unchanged where its cron has the same meaning', () => {
    for (const schedule of [
      '*/5 * * * *',
      '0 6 1,15 JAN-MAR MON-FRI',
      '0 0 * * 0-6',
      '0 0 * * */2',
      '0 0 * * sun',
    ]) {
      expect(kubernetesSchedule(schedule)).toBe(schedule);
    }
  });

  test('has no weekday 7 and no range that ends on Sunday, and starts at the same times', () => {
    const starts = (schedule: string) =>
      new Cron(schedule, { mode: '5-part', utcOffset: 0 }).nextRuns(30, new Date(0));
    const cases: readonly (readonly [string, string])[] = [
      ['0 0 * * 7', '0 0 * * 0'],
      ['0 0 * * 5-7', '0 0 * * 0,5,6'],
      ['0 0 * * SAT-SUN', '0 0 * * 0,6'],
      ['0 0 * * fri-sun', '0 0 * * 0,5,6'],
      ['0 0 * * 1-7/2', '0 0 * * 0,1,3,5'],
      ['0 0 * * 0-7', '0 0 * * 0,1,2,3,4,5,6'],
      ['0 0 1 * MON,7', '0 0 1 * 0,1'],
    ];
    for (const [schedule, expected] of cases) {
      expect(kubernetesSchedule(schedule)).toBe(expected);
      expect(starts(expected)).toEqual(starts(schedule));
    }
  });
});
