import type { Schedulable } from '../../../src/schedules/schedulable.ts';

/** A connector that runs every three hours. */
export const HR_EMPLOYEES: Schedulable = {
  kind: 'Connector',
  name: 'hr-employees',
  file: 'connectors/hr-employees.yaml',
  schedule: '0 */3 * * *',
  timeZone: 'UTC',
  paused: false,
  catchUp: 'last',
  secretVariables: ['SECRET_HR_DB_CREDENTIALS'],
};
