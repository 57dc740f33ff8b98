import { describe, expect, test } from '@jest/globals';
import { cronOf } from '../../../src/definitions/schedule/cron.ts';
import { cronRefusal } from '../../../src/schedules/kestra/cron-support.ts';
import { kestraFlows } from '../../../src/schedules/kestra/flows.ts';
import type { Schedulable } from '../../../src/schedules/schedulable.ts';

const definition = (changes: Partial<Schedulable> = {}): Schedulable => ({
  kind: 'Connector',
  name: 'hr',
  file: 'connectors/hr.yaml',
  schedule: '0 3 * * *',
  timeZone: 'UTC',
  paused: false,
  catchUp: 'last',
  secretVariables: [],
  ...changes,
});

/** The next starts of a schedule in UTC. */
function starts(schedule: string): Date[] {
  return cronOf(schedule).nextRuns(20, new Date(0));
}

describe('cronRefusal', () => {
  test.each([
    ['0 3 * * 5-7', '0,5,6'],
    ['0 3 * * SAT-SUN', '0,6'],
    ['0 3 * * 0-7', '0,1,2,3,4,5,6'],
    ['0 3 * * 1,5-7', '0,5,6'],
    ['0 3 * * 1-7/2', '0,1,3,5'],
    ['*/60 * * * *', '0'],
    ['*,5 * * * *', '*'],
  ])('refuses %s, and knows a replacement with the same starts', (schedule, replacement) => {
    const refusal = cronRefusal(schedule);
    expect(refusal).toMatchObject({ replacement });
    const corrected = schedule.replace(refusal?.part ?? '', replacement);
    expect(cronRefusal(corrected)).toBeUndefined();
    expect(starts(corrected)).toEqual(starts(schedule));
  });

  test.each(['*/15 * * * *', '0 3 * * MON-FRI', '0 3 * * 7', '0 3 * * sun-mon', '30 6 1-7/2 JAN,JUL *'])(
    'accepts %s',
    (schedule) => {
      expect(cronRefusal(schedule)).toBeUndefined();
    },
  );
});

describe('the problems of kestraFlows', () => {
  test('name the field, the file and what to write for a schedule that Kestra does not accept', () => {
    const { files, problems } = kestraFlows([
      definition({ schedule: '0 3 * * 5-7' }),
      definition({ name: 'b' }),
    ]);
    expect(files).toEqual([]);
    expect(problems).toEqual([
      {
        file: 'connectors/hr.yaml',
        field: 'spec.schedule',
        message: expect.stringContaining('5-7 in "0 3 * * 5-7"'),
        fix: 'Write 0,5,6 instead of 5-7.',
      },
    ]);
  });

  test('name both files of a connector and an app with the same name', () => {
    const app = definition({ kind: 'App', file: 'connectors/hr-app.yaml', schedule: undefined });
    expect(kestraFlows([definition(), app]).problems).toMatchObject([
      {
        file: 'connectors/hr-app.yaml',
        field: 'metadata.name',
        message: 'The app hr and the connector hr of connectors/hr.yaml would get the same flow.',
      },
      {
        file: 'connectors/hr.yaml',
        field: 'metadata.name',
        message: 'The connector hr and the app hr of connectors/hr-app.yaml would get the same flow.',
      },
    ]);
  });

  test.each([
    ['a reserved id', { name: 'kill' }, 'metadata.name', 'Kestra reserves the id kill'],
    ['EST', { timeZone: 'EST' }, 'spec.timeZone', 'Kestra does not know the time zone "EST"'],
    ['a zone in lower case', { timeZone: 'europe/london' }, 'spec.timeZone', 'the time zone "europe/london"'],
    ['an expression in the path', { file: 'connectors/{{ x }}.yaml' }, '', 'cannot pass this path'],
    ['a path that looks like an option', { file: '-x.yaml' }, '', 'cannot pass this path'],
    ['a secret with an odd name', { secretVariables: ['SECRET_Ü'] }, '', 'SECRET_Ü cannot be the name'],
  ])('refuse %s', (_, changes, field, message) => {
    expect(kestraFlows([definition(changes)]).problems).toEqual([
      expect.objectContaining({ field, message: expect.stringContaining(message) }),
    ]);
  });

  test('do not include the time zone of a definition without a schedule', () => {
    expect(kestraFlows([definition({ schedule: undefined, timeZone: 'EST' })]).problems).toEqual([]);
  });
});
