import { describe, expect, it } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { readError, writeError } from '../../../src/artifacts/file/errors.ts';

const systemError = (code: string) =>
  Object.assign(new Error(`${code}: what the system says, write '/data/.tmp-one-0123'`), { code });

describe('what the system says against writing', () => {
  it.each([
    ['ENOSPC', 'ARTIFACT_WRITE_FAILED'],
    ['EDQUOT', 'ARTIFACT_WRITE_FAILED'],
    ['EIO', 'ARTIFACT_WRITE_FAILED'],
    ['EMFILE', 'ARTIFACT_WRITE_FAILED'],
    ['EROFS', 'ARTIFACT_PERMISSION'],
    ['EACCES', 'ARTIFACT_PERMISSION'],
    ['EPERM', 'ARTIFACT_PERMISSION'],
    ['ENOTDIR', 'ARTIFACT_PERMISSION'],
    ['ENAMETOOLONG', 'ARTIFACT_PERMISSION'],
  ])('%s is %s, with the path of the artifact and a hint', (errno, code) => {
    expect(writeError('/data/one', systemError(errno))).toMatchObject({
      code,
      message: `Cannot write /data/one: ${errno}: what the system says.`,
      hint: expect.any(String),
    });
  });
});

describe('what the system says against reading', () => {
  it.each([
    ['ENOENT', 'ARTIFACT_MISSING'],
    ['ENOTDIR', 'ARTIFACT_MISSING'],
    ['EACCES', 'ARTIFACT_PERMISSION'],
    ['EIO', 'ARTIFACT_READ_FAILED'],
  ])('%s is %s', (errno, code) => {
    expect(readError('/data/one', systemError(errno))).toMatchObject({
      code,
      message: `Cannot read /data/one: ${errno}: what the system says.`,
    });
  });
});

it('an error that is not of the system stays what it is', () => {
  for (const error of [new BridgeError('ARTIFACT_EXISTS', 'x'), new TypeError('a bug'), 'a string']) {
    expect(writeError('/data/one', error)).toBe(error);
    expect(readError('/data/one', error)).toBe(error);
  }
});
