import { describe, expect, test } from '@jest/globals';
import { slack } from '../../stand-ins/rest/content/slack.ts';
import { describeApiShape, shapeStarter } from '../../contracts/api-shape.contract.ts';
import { CONTENT_SHAPES } from './content-shapes.ts';

for (const [name, shape] of Object.entries(CONTENT_SHAPES)) describeApiShape(name, shape);

const start = shapeStarter();
/** How far before its watermark a listing of changes begins, unless a connector says otherwise. */
const LAG_SECONDS = 300;

describe('pages of Confluence Data Center with restrictions', () => {
  test('are visible to the users and groups that the response names', async () => {
    const { records, place, run } = await start(CONTENT_SHAPES['pages of Confluence Data Center']);
    records.put('one', '1', '2', '3');
    await run();
    expect(place.document('3')).toMatchObject({
      acl_users: ['editor-of-3', 'mei'],
      acl_groups: ['staff'],
    });
  });
});

describe('posts of WordPress whose number of pages changes while they are read', () => {
  test('end where the API refuses the next page, and delete only posts that are gone', async () => {
    const { records, api, place, run } = await start(CONTENT_SHAPES['posts of WordPress']);
    records.put('one', '1', '2', '3', '4', '5');
    await run();
    api.reset();
    api.after(2, () => {
      records.remove('4', '5');
    });
    await run();
    api.reset();
    await run();
    expect(place.titles).toEqual({ 1: 'one', 2: 'one', 3: 'one' });
  });
});

describe('messages of a channel of Slack since a time', () => {
  test('are new messages with exact times, newest first', async () => {
    const { records, server, place, run } = await start({
      start: slack,
      secrets: { 'slack-token': 'xoxb-secret' },
      connector: (origin) => ({
        source: {
          url: `${origin}/api/conversations.history`,
          secretRef: 'slack-token',
          recordsPath: 'messages',
          payload: { channel: 'C024BE91L', oldest: ':watermark' },
          pagination: {
            type: 'cursor',
            cursorField: 'cursor',
            nextCursorPath: 'response_metadata.next_cursor',
            hasMorePath: 'has_more',
            pageSizeField: 'limit',
            pageSize: 2,
          },
          watermarkField: 'ts',
          watermarkFormat: 'epoch_seconds',
        },
        mapping: { idField: 'ts', titleField: 'text', contentTemplate: '{{ text }}' },
        deletePolicy: 'never_delete',
      }),
    });
    records.put('one', '1', '2', '3', '4', '5');
    expect((await run()).upserted).toHaveLength(5);
    records.put('two', '6');
    const ts = `${Date.UTC(2024, 0, 1 + 60) / 1_000}.000100`;
    expect(await run()).toMatchObject({ upserted: [ts], deleted: [] });
    expect(place.titles[ts]).toBe('two');
    const oldest = new URL(server.received.at(-1)?.url ?? '', 'http://x').searchParams.get('oldest');
    expect(oldest).toBe(String(Date.UTC(2024, 0, 1 + 50) / 1_000 - LAG_SECONDS));
  });
});
