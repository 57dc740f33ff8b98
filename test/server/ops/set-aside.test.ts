import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpsRunDetail } from '../../../src/app/ops/model/run-detail.ts';
import { OPS_ARTIFACT_BYTES_MAX, OPS_ARTIFACT_LINES } from '../../../src/app/limits.ts';
import { startBridgeServer } from '../../support/server/bridge-server.ts';
import { minutesAgo, NOW, opsPlace, type OpsPlace } from '../../support/server/ops-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const HELD = { missing: 300, deleted: 0, held: 300, quarantined: 2 };

describe('the withheld and quarantined documents of a run', () => {
  const folders = temporaryFolders();
  let elapsedMs = 0;
  const clock = { now: () => NOW, elapsedMs: () => elapsedMs };
  let cwd: string;
  let place: OpsPlace;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeEach(async () => {
    cwd = folders.make();
    place = await opsPlace(cwd);
    place.writeConnector('hr', undefined, 'sql_pull', 'file://./bucket');
    place.writeConnector('crm');
    await place.commit({ runId: 'hr-1', connector: 'hr', at: minutesAgo(8), status: 'HELD', counts: HELD });
    server = await startBridgeServer({ cwd, clock });
  });
  afterEach(async () => {
    await server.stop();
    await place.close();
    folders.removeAll();
  });

  const folder = () => join(cwd, 'bucket', 'connectors', 'hr', 'runs', 'hr-1');
  function write(name: string, content: string): void {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), name), content);
  }
  const linesOf = (lines: readonly unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  async function detail(run = 'hr-1'): Promise<OpsRunDetail> {
    return (await (await server.request(`/v1/ops/runs/${run}`)).json()) as OpsRunDetail;
  }

  test('is listed from the artifacts of the run, the first hundred of each', async () => {
    write('held.ndjson', linesOf(Array.from({ length: 300 }, (_, id) => ({ doc_id: `hr:${id}` }))));
    const rows = [
      {
        row: 7,
        doc_id: 'hr:<b>7</b>',
        code: 'ACL_EMPTY',
        reason: 'its ACL columns name no reader',
        fields: {},
      },
      {
        row: 9,
        file: 'a.csv',
        line: 4,
        doc_id: null,
        code: 'ROW_TOO_LARGE',
        reason: 'too large',
        fields: {},
      },
    ];
    write('quarantine.ndjson', linesOf(rows));
    const { held_documents: held, quarantined_rows: quarantined } = await detail();
    expect(held).toMatchObject({ total: 300, problem: null });
    expect(held?.uri).toMatch(/bucket\/connectors\/hr\/runs\/hr-1\/held\.ndjson$/);
    expect(held?.doc_ids).toHaveLength(OPS_ARTIFACT_LINES);
    expect(quarantined).toMatchObject({
      total: 2,
      problem: null,
      items: [
        {
          row: 7,
          place: '',
          doc_id: 'hr:<b>7</b>',
          code: 'ACL_EMPTY',
          reason: 'its ACL columns name no reader',
        },
        { row: 9, place: 'a.csv, line 4', doc_id: null, code: 'ROW_TOO_LARGE' },
      ],
    });
    const page = await (await server.request('/ops/runs/hr-1')).text();
    expect(page).toContain('The first 100 of 300, from ');
    expect(page).toContain('hr:&lt;b>7&lt;/b>');
    expect(page).toContain('a.csv, line 4, row 9');
    expect(page).not.toContain('hr:100<');
  });

  test.each([
    ['is not there', undefined, /held\.ndjson/],
    ['is not JSON', 'x\n', /It is not what the run wrote/],
    ['has one line without an end', 'x'.repeat(OPS_ARTIFACT_BYTES_MAX + 1_000_000), /Its lines are longer/],
  ])('is said to be unreadable, with its path, when its artifact %s', async (_, content, problem) => {
    if (content !== undefined) write('held.ndjson', content);
    const { held_documents: held } = await detail();
    expect(held).toMatchObject({ total: 300, doc_ids: [], problem: expect.stringMatching(problem) });
    const page = await (await server.request('/ops/runs/hr-1')).text();
    expect(page).toContain('The server cannot read <code>');
    expect(page).toContain('connectors/hr/runs/hr-1/held.ndjson');
  });

  test('is said to be unreadable when the bucket cannot be reached', async () => {
    await place.commit({ runId: 'crm-1', connector: 'crm', at: minutesAgo(8), status: 'HELD', counts: HELD });
    expect((await detail('crm-1')).held_documents).toMatchObject({
      uri: 'gs://company-gemini-sync/connectors/crm/runs/crm-1/held.ndjson',
      doc_ids: [],
      problem: expect.stringContaining('gs://company-gemini-sync'),
    });
  });

  test('is read once while the page refreshes, and tried again after a failure', async () => {
    expect((await detail()).held_documents?.problem).not.toBeNull();
    write('held.ndjson', linesOf([{ doc_id: 'hr:1' }]));
    expect((await detail()).held_documents?.problem).not.toBeNull();
    elapsedMs += 60_000;
    expect((await detail()).held_documents?.doc_ids).toEqual(['hr:1']);
    rmSync(folder(), { recursive: true });
    elapsedMs += 60_000;
    expect((await detail()).held_documents?.doc_ids).toEqual(['hr:1']);
  });

  test('is not looked for when a run withheld and quarantined nothing', async () => {
    await place.commit({ runId: 'hr-2', connector: 'hr', at: minutesAgo(4) });
    expect(await detail('hr-2')).toMatchObject({ held_documents: null, quarantined_rows: null });
  });
});
