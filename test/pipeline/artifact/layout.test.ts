import { describe, expect, it } from '@jest/globals';
import {
  folderOf,
  latestManifest,
  manifestName,
  partName,
  requestName,
  runFolder,
} from '../../../src/pipeline/artifact/layout.ts';
import type { ArtifactKind } from '../../../src/pipeline/ports/ports.ts';

const kinds: Record<ArtifactKind, string> = {
  upserts: 'upserts.ndjson',
  'upserts.discovery': 'upserts.discovery.ndjson',
  deletes: 'deletes.ndjson',
  'deletes.discovery': 'deletes.discovery.txt',
  'soft-deletes': 'soft-deletes.ndjson',
  held: 'held.ndjson',
  quarantine: 'quarantine.ndjson',
};
const allKinds = Object.keys(kinds) as ArtifactKind[];

describe('the layout of a bucket', () => {
  const folder = runFolder('hr/employees', 'R1');

  it('gives each run a folder, and the newest manifest a place outside of them', () => {
    expect(folder).toBe('connectors/hr/employees/runs/R1');
    expect(manifestName(folder)).toBe('connectors/hr/employees/runs/R1/manifest.json');
    expect(latestManifest('hr/employees')).toBe('connectors/hr/employees/latest/manifest.json');
  });

  it.each(allKinds)('names the parts of %s', (kind) => {
    expect(partName(folder, kind, 1)).toBe(`${folder}/${kinds[kind]}`);
    const [stem, extension] = kinds[kind].split(/\.(?=[^.]*$)/);
    expect(partName(folder, kind, 2)).toBe(`${folder}/${stem}-00002.${extension}`);
    expect(partName(folder, kind, 123_456)).toBe(`${folder}/${stem}-123456.${extension}`);
  });

  it('keeps the requests of a local run in a folder of their own', () => {
    expect(requestName(folder, 'import', 1)).toBe(`${folder}/requests/import-documents.json`);
    expect(requestName(folder, 'purge', 2)).toBe(`${folder}/requests/purge-documents-00002.json`);
  });

  it("finds the run's folder again from an artifact's name", () => {
    for (const kind of allKinds) expect(folderOf(partName(folder, kind, 3))).toBe(folder);
  });

  it('never gives two things the same name', () => {
    const names = allKinds.flatMap((kind) =>
      Array.from({ length: 1_000 }, (_, index) => partName(folder, kind, index + 1)),
    );
    for (let number = 1; number <= 10; number++) {
      names.push(requestName(folder, 'import', number), requestName(folder, 'purge', number));
    }
    names.push(manifestName(folder));
    expect(new Set(names).size).toBe(names.length);
  });
});
