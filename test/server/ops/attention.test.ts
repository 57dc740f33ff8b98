import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { CATALOG_REFRESH_MS } from '../../../src/app/limits.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { minutesAgo, NOW, opsPlace, type OpsPlace } from '../../support/server/ops-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const NINE_MISTAKES = `apiVersion: sync.gemini.io/v1alpha2
kind: Connector
metadata:
  name: nine_bad
spec:
  mode: sql_pul
  schedule: '*/15 * * *'
  source: { type: postgre, secretRef: x, queri: SELECT 1 }
  mapping: { idField: id, titelField: name }
  output: { bucket: s3://x, prefix: x, format: ndjson }
  gemini: { projectId: 1, location: global, dataStoreId: people }
  reconciliation: { deletePolicy: auto }
`;

describe('the pages of Ops, as HTML', () => {
  const folders = temporaryFolders();
  let elapsedMs = 0;
  const clock = { now: () => NOW, elapsedMs: () => (elapsedMs += CATALOG_REFRESH_MS) };
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeEach(async () => {
    const cwd = folders.make();
    place = await opsPlace(cwd);
    server = await startBridgeServer({ cwd, clock });
  });
  afterEach(async () => {
    await server.stop();
    await place.close();
    folders.removeAll();
  });

  /** What a reader sees, without the marks. */
  async function textOf(path: string): Promise<string> {
    const response = await server.request(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    return (await response.text())
      .replaceAll(/<head>.*?<\/head>/gs, '')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll('&quot;', '"')
      .replaceAll(/\s+/g, ' ');
  }

  async function held(name: string, holdReason: string): Promise<void> {
    place.writeConnector(name);
    const counts = { missing: 40, deleted: 0, held: 40 };
    const run = { runId: `${name}-1`, connector: name, at: minutesAgo(8), counts, holdReason };
    await place.commit({ ...run, status: 'HELD' });
  }

  test('list one box for each broken file, after the connectors that fail', async () => {
    place.writeFile('a-broken.yaml', NINE_MISTAKES);
    place.writeConnector('hr');
    await place.fail({ runId: 'hr-1', connector: 'hr', at: minutesAgo(5) });
    const html = await (await server.request('/ops')).text();
    expect(html.match(/Broken file/g)).toHaveLength(1);
    const text = await textOf('/ops');
    expect(text).toContain('1 of 1 connector needs attention, 1 broken connector file ');
    expect(text.indexOf('Failing hr')).toBeLessThan(text.indexOf('Broken file connectors/a-broken.yaml:1'));
    expect(text).toMatch(/and 1\d more problems in this file/);
    // None of them is left out.
    expect(text).toContain('deletePolicy is "auto"');
    expect(html).toContain('<title>(2) Ops');
  });

  test('filter stalled runs apart from running ones', async () => {
    await place.begin({ runId: 'killed-1', connector: 'orders', at: minutesAgo(9) });
    await place.begin({ runId: 'alive-1', connector: 'hr', at: minutesAgo(9) });
    await place.hold('alive-1', 'hr');
    await place.commit({ runId: 'done-1', connector: 'tickets', at: minutesAgo(9) });
    const stalled = await textOf('/ops?status=STALLED');
    expect(stalled).toMatch(/Stalled orders killed-1 .* 1 to 1 of 1/);
    expect(stalled).not.toContain('alive-1');
    const running = await textOf('/ops?status=RUNNING');
    expect(running).toMatch(/Running hr alive-1 .* 1 to 1 of 1/);
    expect(running).not.toContain('killed-1');
  });

  test('link the code of an error to its meaning, unless this version does not know the code', async () => {
    place.writeConnector('hr');
    await place.fail({ runId: 'hr-1', connector: 'hr', at: minutesAgo(5) });
    await place.fail({ runId: 'crm-1', connector: 'crm', at: minutesAgo(5), code: 'FROM_A_LATER_VERSION' });
    for (const path of ['/ops', '/ops/connectors/hr', '/ops/runs/hr-1']) {
      expect(await (await server.request(path)).text()).toContain('href="/ops/errors#SOURCE_AUTH_FAILED"');
    }
    const meaning = 'The source, or the proxy in front of it, refuses the user name or the password.';
    expect(await textOf('/ops/runs/hr-1')).toContain(meaning);
    expect(await textOf('/ops/errors')).toContain(`SOURCE_AUTH_FAILED ${meaning} no 77`);
    expect(await (await server.request('/ops/errors')).text()).toContain('id="SOURCE_AUTH_FAILED"');
    expect(await (await server.request('/ops/runs/crm-1')).text()).not.toContain('#FROM_A_LATER_VERSION');
  });

  test('count connectors that have never run apart from those that are OK', async () => {
    place.writeConnector('one');
    place.writeConnector('two');
    expect(await textOf('/ops')).toContain('None of the 2 connectors has run yet');
    await place.commit({ runId: 'one-1', connector: 'one', at: minutesAgo(5) });
    expect(await textOf('/ops')).toContain('1 connector is OK, 1 has never run');
    await place.commit({ runId: 'two-1', connector: 'two', at: minutesAgo(5) });
    expect(await textOf('/ops')).toContain('All 2 connectors are OK');
  });

  test.each([
    ['the listing of the source was not complete', 'Find out why the source listed only a part'],
    ['3 rows could not be identified, and may be among the missing ones', 'Send these rows shorter'],
  ])('offer no command that releases deletes when %s', async (holdReason, advice) => {
    await held('orders', holdReason);
    for (const path of ['/ops', '/ops/runs/orders-1', '/ops/connectors/orders']) {
      const text = await textOf(path);
      expect(text).toContain(advice);
      expect(text).not.toContain('--allow-deletes 40');
    }
    const answer: unknown = await (await server.request('/v1/ops/runs/orders-1')).json();
    expect(answer).toMatchObject({ commands: { release_deletes: null } });
  });

  test('offer the command that releases deletes when they were too many, also while a new run is in progress', async () => {
    await held('orders', '40 deletes are more than 25');
    expect(await textOf('/ops/connectors/orders')).toContain('orders.yaml --allow-deletes 40');
    await place.hold('orders-2', 'orders');
    await place.begin({ runId: 'orders-2', connector: 'orders', at: minutesAgo(1) });
    expect(await textOf('/ops/connectors/orders')).toContain('orders.yaml --allow-deletes 40');
  });

  test('claim nothing about a run whose row cannot be read', async () => {
    place.writeConnector('orders');
    await place.commit({ runId: 'orders-1', connector: 'orders', at: minutesAgo(8) });
    const database = await openDatabase({ url: undefined, file: join(server.cwd, STATE_FILE) });
    await database.knex('run_state').update({ counts: '{"seen":' });
    await database.knex.raw("update run_state set status = 'DONE'");
    await database.close();
    const text = await textOf('/ops/runs/orders-1');
    expect(text).toContain('Not readable Run of orders');
    expect(text).toContain('What this run did is not known.');
    expect(text).not.toMatch(/committed: the next run|before it published|does not help|failed here/);
    expect(await textOf('/ops')).toMatch(/1 to 1 of 1 /);
  });

  test('say when to use the command that runs a failed connector again', async () => {
    place.writeConnector('orders');
    await place.fail({ runId: 'orders-1', connector: 'orders', at: minutesAgo(5) });
    const command = 'gemini-sync-bridge run --connector connectors/orders.yaml';
    expect((await textOf('/ops/runs/orders-1')).replaceAll(' ', '')).toContain(
      `Whenthisiscorrected,runitagain:${command.replaceAll(' ', '')}`,
    );
    await place.fail({ runId: 'orders-2', connector: 'orders', at: minutesAgo(4), code: 'SOURCE_LOST' });
    expect(await textOf('/ops/connectors/orders')).toContain('Run it again:');
  });
});
