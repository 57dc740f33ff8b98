import type { FileEncoding } from '../../definitions/connector/types.ts';
import { BridgeError } from '../../core/errors.ts';
import type { TextOrigin } from '../../formats/origin.ts';
import { utf8Of } from '../../formats/text.ts';
import { bytesOf } from './bytes.ts';
import { fileInvalid } from './errors.ts';
import type { ListedFile } from './listing.ts';

/** The origin of the text of a file. Its errors have the code SOURCE_FILE_INVALID. */
export function fileOrigin({ name }: ListedFile): TextOrigin {
  return {
    noun: 'file',
    csvPath: 'source.csv',
    encodingHint:
      'Save the file as UTF-8, or say with source.encoding what it is (UTF-16 needs a byte order mark).',
    markHint:
      'Save the file as UTF-8, or with a byte order mark; source.encoding is for files of one byte a character.',
    invalid: (line, what, hint) => fileInvalid(name, line, what, hint),
    otherContent: ({ what, hint }) =>
      new BridgeError('SOURCE_FILE_INVALID', `${name} is ${what}, whatever its name says.`, { hint }),
  };
}

/**
 * The text of a file as UTF-8 without the byte order marks at its beginning, in chunks of whole characters.
 * @throws BridgeError SOURCE_FILE_INVALID for bytes that are not valid in its encoding; and the errors of `bytesOf`
 */
export function textOf(file: ListedFile, encoding?: FileEncoding): AsyncGenerator<Buffer> {
  return utf8Of(fileOrigin(file), bytesOf(file), encoding);
}
