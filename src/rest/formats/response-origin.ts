import type { DefinitionWords } from '../definition-words.ts';
import type { TextOrigin } from '../../formats/origin.ts';
import type { TextEncoding } from '../../formats/text.ts';
import type { HttpAnswer } from '../request/client.ts';
import { ProblemError } from '../request/problems.ts';

type Header = Pick<HttpAnswer, 'header'>;

/** The encodings by their names in `Content-Type`. Web browsers read ISO-8859-1 as windows-1252, and so do most servers mean it. */
const ENCODINGS: Readonly<Record<string, TextEncoding>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
  'windows-1252': 'windows-1252',
  cp1252: 'windows-1252',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
  // It needs a byte order mark, which takes precedence.
  'utf-16': 'utf-8',
};

/** The origin of the text of a response. Its errors are ProblemErrors. @param format its name in messages, such as `CSV` */
export function responseOrigin(format: string, words: DefinitionWords): TextOrigin {
  const encodingHint = `Ask the API for UTF-8, for example with the header Accept-Charset in ${words.at('headers')}.`;
  return {
    noun: 'response',
    csvPath: words.at('csv'),
    encodingHint,
    markHint: encodingHint,
    invalid: (line, what, hint) =>
      new ProblemError({
        code: 'SOURCE_ANSWER_INVALID',
        reason: `not valid ${format}`,
        what: `got invalid ${format} in line ${line}: ${what}`,
        hint,
        again: false,
      }),
    otherContent: ({ what }) => otherContent(what, format, words),
  };
}

/** The error of a response that has another format. @param what its format, with an article */
export function otherContent(what: string, format: string, words: DefinitionWords): ProblemError {
  return new ProblemError({
    code: 'SOURCE_ANSWER_INVALID',
    reason: `not ${format}`,
    what: `was answered with ${what} instead of ${format}`,
    hint: `It may be a login page, an error, or a wrong ${words.at('url')}: open the URL in a browser. Otherwise correct ${words.at('responseFormat')}.`,
    again: false,
  });
}

/** The error of a body that ended too early. @param what continues a sentence that begins with the request */
export function cutOff(what: string): ProblemError {
  return new ProblemError({
    code: 'SOURCE_LOST',
    reason: 'response cut off',
    what,
    hint: 'Nothing was committed; run again. If it happens every time, the API may end its response when it fails.',
    again: true,
  });
}

/** @throws ProblemError for a response whose media type is that of another format */
export function requireMediaType(
  { header }: Header,
  format: 'NDJSON' | 'CSV' | 'XML',
  words: DefinitionWords,
): void {
  const type = (header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/html') throw otherContent('an HTML page', format, words);
  if (format === 'CSV' && type === 'application/json') throw otherContent('JSON', format, words);
}

/** The encoding that `Content-Type` names; undefined if it names none. @throws ProblemError for an unknown one */
export function charsetOf({ header }: Header, words: DefinitionWords): TextEncoding | undefined {
  const name = /;\s*charset\s*=\s*"?([^\s;"]{1,40})/i.exec(header('content-type') ?? '')?.[1];
  return name === undefined ? undefined : encodingOf(name, words);
}

/** @throws ProblemError for an unknown encoding */
export function encodingOf(name: string, words: DefinitionWords): TextEncoding {
  const key = name.toLowerCase();
  const encoding = Object.hasOwn(ENCODINGS, key) ? ENCODINGS[key] : undefined;
  if (encoding !== undefined) return encoding;
  throw new ProblemError({
    code: 'SOURCE_ANSWER_INVALID',
    reason: 'unknown charset',
    what: `got a response in the encoding ${JSON.stringify(name)}, which is not supported`,
    hint: `Ask the API for UTF-8, for example with the header Accept-Charset in ${words.at('headers')}.`,
    again: false,
  });
}
