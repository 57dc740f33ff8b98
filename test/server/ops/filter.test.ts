import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { minutesAgo, NOW, opsPlace, type OpsPlace } from '../../support/server/ops-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

describe('the filters of /ops', () => {
  const folders = temporaryFolders();
  const clock = { now: () => NOW, elapsedMs: () => performance.now() };
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeAll(async () => {
    const cwd = folders.make();
    place = await opsPlace(cwd);
    for (const name of ['hr', 'hr-employees', 'contracts', 'orders']) place.writeConnector(name);
    place.writeConnector('support-push', undefined, 'rest_push');
    const counts = { missing: 40, deleted: 0, held: 40 };
    await place.commit({ runId: 'hr-1', connector: 'hr', at: minutesAgo(30) });
    await place.commit({ runId: 'employees-1', connector: 'hr-employees', at: minutesAgo(20), counts });
    await place.commit({ runId: 'contracts-1', connector: 'contracts', at: minutesAgo(10) });
    await place.fail({ runId: 'orders-1', connector: 'orders', at: minutesAgo(5) });
    server = await startBridgeServer({ cwd, clock });
  });
  afterAll(async () => {
    await server.stop();
    await place.close();
    folders.removeAll();
  });

  async function page(query: string): Promise<string> {
    const response = await server.request(`/ops${query}`);
    if (response.status !== 200) throw new Error(`${query}: ${response.status}`);
    return (await response.text()).replaceAll('&amp;', '&').replaceAll('&quot;', '"');
  }
  const section = (html: string, id: string) =>
    html.slice(html.indexOf(`id="${id}"`)).split('</section>')[0] ?? '';
  /** What a list links to, in its order. */
  const linked = (html: string, id: string, to: 'runs' | 'connectors') =>
    [
      ...section(html, id).matchAll(
        new RegExp(`<th[^>]*><a href="/ops/${to}/([^"]+)"|<td[^>]*><a [^>]*href="/ops/${to}/([^"]+)"`, 'g'),
      ),
    ].map(([, first, second]) => first ?? second);
  const runs = async (query: string) => [
    ...new Set(
      [...section(await page(query), 'runs').matchAll(/href="\/ops\/runs\/([^"]+)"/g)].map(([, id]) => id),
    ),
  ];
  const connectors = async (query: string) => linked(await page(query), 'connectors', 'connectors');

  test.each([
    ['hr', ['employees-1', 'hr-1']],
    ['EMPLOY', ['employees-1']],
    [' contracts ', ['contracts-1']],
    ['"hr"', ['hr-1']],
  ])('list the runs of connectors whose names contain %j', async (typed, found) => {
    expect(await runs(`?connector_id=${encodeURIComponent(typed)}`)).toEqual(found);
  });

  test('keep the headline and the connectors that fail, whatever the runs are filtered by', async () => {
    for (const typed of ['hr', 'no-such-name']) {
      const html = await page(`?connector_id=${typed}`);
      expect(html).toContain('1 of 5 connectors need attention');
      expect(html).not.toContain('Start here');
      expect(html).toContain(`value="${typed}"`);
    }
  });

  test('suggest the name that was meant, and lead back, when no name matches', async () => {
    const html = await page('?connector_id=contarcts');
    expect(html).toContain('No connector has a name that contains contarcts.');
    expect(html).toContain('Did you mean <a href="/ops?connector_id=%22contracts%22');
    expect(html).toContain('Show the runs of all connectors');
    expect(await page('?connector_id=zzzzzz')).not.toContain('Did you mean');
    expect(await page('')).toContain('<datalist id="connector-names"><option value="contracts">');
  });

  test('say that no runs match when the connector has none of the status', async () => {
    expect(await page('?connector_id=hr&status=FAILED')).toContain('No runs match in the last 24 h.');
  });

  test.each([
    ['?find=HR', ['hr', 'hr-employees']],
    ['?find=rest_push', ['support-push']],
    ['?find=failing', ['orders']],
    ['?find=ok+employees', ['hr-employees']],
    ['?find=zzz', []],
  ])('find connectors with %s', async (query, found) => {
    expect(await connectors(query)).toEqual(found);
  });

  test.each([
    ['', ['orders', 'support-push', 'contracts', 'hr', 'hr-employees']],
    ['?sort=name', ['contracts', 'hr', 'hr-employees', 'orders', 'support-push']],
    ['?sort=name&order=desc', ['support-push', 'orders', 'hr-employees', 'hr', 'contracts']],
    ['?sort=held', ['hr-employees', 'contracts', 'hr', 'orders', 'support-push']],
    ['?sort=last_run&order=asc', ['hr', 'hr-employees', 'contracts', 'orders', 'support-push']],
  ])('sort connectors with %j, and put what is not known last', async (query, order) => {
    expect(await connectors(query)).toEqual(order);
  });

  test('turn the order with the heading of the sorted column, and keep the other filters', async () => {
    const html = section(await page('?connector_id=hr&find=o&sort=name'), 'connectors');
    expect(html).toContain('aria-sort="ascending"');
    expect(html).toContain('connector_id=hr');
    expect(html).toMatch(/href="\/ops\?[^"]*find=o&sort=name&order=desc#connectors-title"/);
  });

  test('refuse a column that there is not', async () => {
    expect((await server.request('/ops?sort=colour')).status).toBe(400);
  });
});
