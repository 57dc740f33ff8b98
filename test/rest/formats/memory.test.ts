import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

const MIB = 1_048_576;
const CHILD = fileURLToPath(new URL('../../support/memory/read-large-response.ts', import.meta.url));

describe('memory', () => {
  test.each(['json', 'ndjson', 'csv', 'xml'])(
    'does not grow with a response of 210 MiB in %s',
    async (format) => {
      const args = ['--max-old-space-size=64', '--import', 'tsx', CHILD, format, '210'];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { bytes, largest, grownMib } = JSON.parse(stdout) as Record<
        'bytes' | 'largest' | 'grownMib',
        number
      >;
      expect(bytes).toBeGreaterThan(190 * MIB);
      expect(largest).toBeLessThan(2 * MIB);
      expect(grownMib).toBeLessThan(130);
    },
  );
});
