import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '../../../src/database/database.ts';
import { knowledgePlace, type KnowledgePlace } from '../../support/knowledge/knowledge-place.ts';
import { onStatements } from '../../support/knowledge/on-statements.ts';
import { someProducts, startProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import type { MakeDatabase } from './knowledge-scene.ts';
import { configFor } from './passes.contract.ts';

const CHILD = fileURLToPath(new URL('../../support/knowledge/killable-batch.ts', import.meta.url));
const STATEMENTS_MAX = 60;

export function describeInterruptionContract(engine: string, makeDatabase: MakeDatabase): void {
  describe(`a batch that is interrupted on ${engine}`, () => {
    let place: KnowledgePlace;
    let api: ProductsApi;
    let address: DatabaseAddress;
    let id = '';
    /** A source whose next batch adds, marks, refuses and deletes, and completes a pass. */
    const open = async () => {
      address = await makeDatabase();
      api = await startProducts({ products: someProducts(60), style: 'skip' });
      place = await knowledgePlace(address);
      id = await place.apply(configFor(api, 'skip'));
      await place.pass(id);
      place.now = new Date('2026-11-21T12:00:00Z');
      api.options.products = [
        ...someProducts(60).slice(3),
        { id: 61, title: 'New', description: 'One more.' },
        { id: 62, title: 'Refused', description: 'One that is refused.' },
      ];
      await place.page(id);
      place.embedder.refuses = (text) => (text.startsWith('Refused') ? 'no' : undefined);
    };
    /** Everything that is stored of sources, as one hash. */
    const dump = async () => {
      const tables = ['kb_sources', 'kb_rest_cursors', 'kb_docs', 'kb_chunks', 'kb_set_aside'];
      const rows: string[] = [];
      for (const table of tables) {
        const found = await place.database.knex(table).orderBy('id').select<Record<string, unknown>[]>('*');
        rows.push(...found.map((row) => hash('sha256', `${table} ${JSON.stringify(row)}`)));
      }
      return hash('sha256', rows.join());
    };
    const requireFinished = async () => {
      const contents = await place.contents();
      expect(contents).toHaveLength(58);
      expect(contents).toContain('New\n\nOne more.');
      expect(contents).not.toContain('Product 1\n\nThe description of product number 1.');
      expect(await place.knowledge.source(id)).toMatchObject({
        documents: 2,
        cursor: { inProgress: false, pages: 2, items: 59, lastStatus: 'ok', setAside: 1 },
      });
      expect((await place.pass(id)).map(({ counts }) => counts)).toEqual([
        { added: 0, known: 50, deleted: 0, held: 0, setAside: 0 },
        { added: 0, known: 8, deleted: 0, held: 0, setAside: 1 },
      ]);
    };
    afterEach(async () => {
      await place.close();
      await api.close();
    });

    test('has changed nothing if any of its statements fails, and the next one does all of it', async () => {
      await open();
      const before = await dump();
      for (let failing = 1; ; failing++) {
        const statements = onStatements(place, (number, sql) => {
          // A commit does not fail before it is sent; the process may be killed there, as the next test does.
          if (number === failing && !sql.startsWith('COMMIT'))
            throw new Error(`broken at ${failing}: ${sql}`);
        });
        const outcome = await place.page(id).catch((thrown: unknown) => thrown);
        statements.stop();
        if (!(outcome instanceof Error)) {
          expect(failing).toBeGreaterThan(12);
          break;
        }
        expect(outcome.message).toContain(`broken at ${failing}`);
        expect({ outcome: outcome.message, rows: await dump() }).toEqual({
          outcome: outcome.message,
          rows: before,
        });
        if (failing > STATEMENTS_MAX) throw new Error('The batch has too many statements.');
      }
      await requireFinished();
    });

    test.each([1, 5, 9, 'last', 'release'])(
      'is done or not done as a whole when its process is killed at statement %s',
      async (at) => {
        await open();
        const before = await dump();
        const child = spawn(
          process.execPath,
          ['--import', 'tsx', CHILD, JSON.stringify(address), id, String(at)],
          { stdio: ['ignore', 'ignore', 'inherit'] },
        );
        const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
        expect(signal).toBe('SIGKILL');
        if (at !== 'release') {
          expect(await dump()).toEqual(before);
          expect((await place.page(id)).done).toBe(true);
        }
        await requireFinished();
      },
    );
  });
}
