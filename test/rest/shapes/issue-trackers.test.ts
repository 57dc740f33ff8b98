import { describe, expect, test } from '@jest/globals';
import { describeApiShape, shapeStarter } from '../../contracts/api-shape.contract.ts';
import { ISSUE_SHAPES } from './issue-shapes.ts';

for (const [name, shape] of Object.entries(ISSUE_SHAPES)) describeApiShape(name, shape);

const start = shapeStarter();

describe('changed issues of Jira', () => {
  test('are searched from a minute in the time zone of the account', async () => {
    const { records, server, run } = await start(ISSUE_SHAPES['changed issues of Jira']);
    records.put('one', '1', '2', '3', '4', '5');
    await run();
    await run();
    const jql = new URL(server.received.at(-1)?.url ?? '', 'http://x').searchParams.get('jql');
    // The last change was on 2024-02-20 at 00:00 UTC, and the listing begins five minutes before it.
    expect(jql).toBe('updated >= "2024-02-20 05:25" ORDER BY updated ASC');
  });
});
