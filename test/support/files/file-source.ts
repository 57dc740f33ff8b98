import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileSourceSpec } from '../../../src/definitions/connector/types.ts';
import type { FieldUse } from '../../../src/sources/file/format.ts';
import { FileSource } from '../../../src/sources/file/source.ts';
import { OPEN_PERMIT } from '../pipeline/open-permit.ts';

/** When the files of tests were written, unless a test says otherwise. */
export const WRITTEN = new Date('2026-01-02T03:04:05.678Z');
const NOW = new Date('2026-01-03T00:00:00Z');

/** Writes a file below a folder, as one that was written a day ago. */
export function writeOldFile(folder: string, name: string, content: string | Buffer): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, WRITTEN, WRITTEN);
}

interface FileSourceOptions extends Partial<FileSourceSpec>, Pick<FieldUse, 'optional' | 'warnMissing'> {
  readonly fields?: readonly string[];
  readonly vital?: readonly string[];
  readonly now?: Date;
}

/** A source of CSV files with the columns `id` and `name`, unless told otherwise. */
export function fileSource(path: string, options: FileSourceOptions = {}): FileSource {
  const { fields = ['id', 'name'], vital = [], now = NOW, optional, warnMissing, ...spec } = options;
  const format = spec.documentPer === 'file' ? {} : { format: 'csv' as const };
  return new FileSource(
    { type: 'file', path, glob: '**/*', ...format, ...spec },
    { fields, vital, ...(optional && { optional }), ...(warnMissing && { warnMissing }) },
    { now: () => now, permit: OPEN_PERMIT },
  );
}
