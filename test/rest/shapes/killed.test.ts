import { expect, test } from '@jest/globals';
import { shapeStarter, type ApiShape, type StartedShape } from '../../contracts/api-shape.contract.ts';
import type { RunObject } from '../../support/files/workplace.ts';
import { BUSINESS_SHAPES } from './business-shapes.ts';
import { CONTENT_SHAPES } from './content-shapes.ts';
import { ISSUE_SHAPES } from './issue-shapes.ts';
import { STORAGE_SHAPES } from './storage-shapes.ts';

const start = shapeStarter();

/** Runs the program to its end. */
async function runToEnd({ place }: StartedShape): Promise<RunObject> {
  const { stdout, stderr } = await place.start();
  if (stdout === '') throw new Error(`Nothing on stdout, and on stderr:\n${stderr}`);
  return JSON.parse(stdout) as RunObject;
}

/** Kills the program while it waits for the response to its second request. */
async function killInTheMiddle({ place, api }: StartedShape): Promise<void> {
  api.reset();
  const process = place.start();
  api.replyOnce(2, () => process.kill('SIGKILL'));
  const { signal } = await process;
  expect(signal).toBe('SIGKILL');
  api.reset();
}

const SHAPES: readonly (readonly [name: string, shape: ApiShape])[] = [
  ['the listing of a table of ServiceNow', BUSINESS_SHAPES['a table of ServiceNow']],
  ['the changes in queryAll of Salesforce', BUSINESS_SHAPES['queryAll of Salesforce']],
  ['the issues of GitHub', ISSUE_SHAPES['issues of GitHub']],
  ['the changed issues of Jira', ISSUE_SHAPES['changed issues of Jira']],
  ['a database of Notion', CONTENT_SHAPES['a database of Notion']],
  ['the delta feed of SharePoint', STORAGE_SHAPES['the delta feed of a list of SharePoint']],
];

test.each(SHAPES)(
  'a run that follows a killed one applies %s as if nothing had happened',
  async (_, shape) => {
    const started = await start(shape);
    const { records } = started;
    records.put('one', '1', '2', '3', '4', '5');
    expect(await runToEnd(started)).toMatchObject({ status: 'SUCCESS', counts: { added: 5 } });
    records.put('two', '1', '3');
    records.remove('2');
    records.put('one', '6');
    await killInTheMiddle(started);
    const deleted = shape.deletes === 'nothing' ? [] : ['api:2'];
    expect(await runToEnd(started)).toMatchObject({
      status: 'SUCCESS',
      counts: { added: 1, changed: 2, deleted: deleted.length },
      samples: { added: ['api:6'], deleted },
    });
  },
  60_000,
);
