import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { checkDefinitions } from '../../../src/definitions/files/check-definitions.ts';

const folder = fileURLToPath(new URL('bad/', import.meta.url));
const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Record<string, string[]>;
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('a bad connector file', () => {
  test.each(files)('gets exactly its own problems: %s', async (file) => {
    const { problems, connectors } = await checkDefinitions([file], { cwd: folder });
    const found = problems.map(({ status, code, place, subject }) =>
      `${status === 'fail' ? 'error' : 'warning'} ${code} line ${place.line ?? '-'} ${subject}`.trimEnd(),
    );
    expect(found).toEqual(expected[file]);
    expect(found).not.toEqual([]);
    expect(connectors).toHaveLength(problems.some((problem) => problem.status === 'fail') ? 0 : 1);
  });

  test.each(files)(
    'is told what to write, in whole sentences, and no secret is repeated: %s',
    async (file) => {
      const { problems } = await checkDefinitions([file], { cwd: folder });
      for (const { message, fix } of problems) {
        expect(message).toMatch(/[.?]$/);
        expect(fix).not.toBe('');
      }
      expect(JSON.stringify(problems)).not.toContain('canary-4711');
    },
  );
});
