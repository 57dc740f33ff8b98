import type { DefinitionWords } from '../definition-words.ts';
import { isHtml } from './answers.ts';
import type { HttpAnswer } from './client.ts';
import type { RequestProblem } from '../../net/request-problem.ts';
import type { JsonTextError } from '../../json/tokens.ts';
import { unknownCoding } from '../../net/response-body.ts';

/** The problem of a page that is not UTF-8. */
export function notUtf8({ at }: DefinitionWords): RequestProblem {
  return {
    code: 'SOURCE_ANSWER_INVALID',
    reason: 'not UTF-8',
    what: 'got an answer that is not UTF-8, as JSON must be',
    hint: `Ask the API for UTF-8, for example with the header Accept-Charset in ${at('headers')}.`,
    again: false,
  };
}

/** The problem of a page that is not JSON. */
export function jsonProblem(
  { status, body, header }: HttpAnswer,
  error: JsonTextError,
  { at }: DefinitionWords,
): RequestProblem {
  const wrong = { code: 'SOURCE_ANSWER_INVALID', again: false } as const;
  if (body.length === 0) {
    const what = `was answered ${status} with nothing, which is not an empty list`;
    return { ...wrong, reason: 'empty answer', what, hint: `Correct ${at('url')}, or ask the API for JSON.` };
  }
  if (isHtml(body.toString('utf8', 0, 1_000), header('content-type'))) {
    return {
      ...wrong,
      reason: 'HTML',
      what: `was answered ${status} with a page of HTML instead of JSON`,
      hint: `It may be a login page, a wrong ${at('url')}, or a proxy: open the URL in a browser.`,
    };
  }
  const coding = unknownCoding(header('content-encoding'));
  if (coding !== undefined) {
    return {
      ...wrong,
      reason: 'unknown content coding',
      what: `got an answer that is packed as ${JSON.stringify(coding)}, which was not asked for`,
      hint: 'Something between here and the API packs its answers; check HTTPS_PROXY.',
    };
  }
  const what = `was answered ${status} with ${body.length} bytes that cannot be taken as JSON: ${error.message}`;
  // A server that fails in the middle of a response may send all of it the next time; other invalid JSON stays invalid.
  if (error.fault === 'cut') {
    return {
      code: 'SOURCE_LOST',
      reason: 'JSON cut off',
      what,
      hint: `Trying again can help; if not, ask for smaller pages with ${at('pagination.pageSize')}.`,
      again: true,
    };
  }
  return { ...wrong, reason: 'no JSON', what, hint: `Let ${at('url')} lead to an API that answers JSON.` };
}
