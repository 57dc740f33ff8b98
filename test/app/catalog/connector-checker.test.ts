import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import { openConnectorChecker } from '../../../src/app/catalog/connector-checker.ts';
import { checkFile } from '../../../src/definitions/files/check-definitions.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let cwd: string;
beforeAll(() => {
  cwd = folders.make();
});
afterAll(() => {
  folders.removeAll();
});

/** 1 MiB that is read to its end. */
const LARGE = `apiVersion: sync.gemini.io/v1alpha1\nkind: Connector\nmetadata: {name: kb}\nspec:\n${'  # x\n'.repeat(100_000)}  payload: "${'a '.repeat(200_000)}"\n`;

describe('ConnectorChecker', () => {
  test('reports what a check in this thread reports', async () => {
    writeFileSync(join(cwd, 'large.yaml'), LARGE);
    const checker = openConnectorChecker({ policyFile: undefined, cwd });
    try {
      const here = await checkFile('large.yaml', { cwd });
      const there = await checker.check('large.yaml');
      expect(there.problems).toEqual(here.problems);
      expect(there.places).toEqual(here.places);
      expect(JSON.stringify(there.value) === JSON.stringify(here.value)).toBe(true);
      expect(await checker.check('missing.yaml')).toEqual(await checkFile('missing.yaml', { cwd }));
    } finally {
      await checker.close();
    }
  });

  test('reports a file that takes too long, and checks the next one', async () => {
    writeFileSync(join(cwd, 'large.yaml'), LARGE);
    const limits = { fileMs: 0 };
    const checker = openConnectorChecker({ policyFile: undefined, cwd }, limits);
    try {
      const { problems, value } = await checker.check('large.yaml');
      expect(problems.map(({ code }) => code)).toEqual(['check_too_slow']);
      expect(problems[0]?.message).toBe(
        'Checking this file took longer than 0 s, so it is not used until it changes.',
      );
      expect(value).toBeUndefined();
      limits.fileMs = 60_000;
      expect((await checker.check('large.yaml')).problems.map(({ code }) => code)).not.toContain(
        'check_too_slow',
      );
    } finally {
      await checker.close();
    }
  });
});

describe('a catalog with large files', () => {
  test('leaves the event loop free, and reads each file once', async () => {
    const place = folders.make();
    for (let index = 0; index < 4; index += 1) writeFileSync(join(place, `${index}.yaml`), LARGE);
    let ms = 0;
    const clock = { now: () => new Date(0), elapsedMs: () => (ms += 10_000) };
    const catalog = openCatalog({ directory: '.', cwd: place, policyFile: undefined, clock });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const { problems } = await catalog.current();
    delay.disable();
    expect(new Set(problems.map(({ place }) => place.file)).size).toBe(4);
    // A hang detector: this thread only copies what the other one found.
    expect(delay.max / 1e9).toBeLessThan(1);
    expect(await catalog.current()).toMatchObject({ connectors: new Map(), problems });
  });
});
