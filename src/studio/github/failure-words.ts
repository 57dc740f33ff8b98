import { printable } from '../../core/text/printable.ts';
import { propertyOf } from '../../core/thrown.ts';
import { GITHUB_WORDS_LENGTH_MAX } from '../limits.ts';

/** The words of `{"message", "errors": [{"code", "field", "message"}]}`, without secrets and on one line. */
export function wordsOf(data: unknown, redact: (text: string) => string): string {
  const message = propertyOf(data, 'message');
  const errors = propertyOf(data, 'errors');
  const details = (Array.isArray(errors) ? errors : []).map((each: unknown) => {
    if (typeof each === 'string') return each;
    const parts = ['message', 'resource', 'field', 'code'].map((key) => propertyOf(each, key));
    const [first, ...rest] = parts.filter((part) => typeof part === 'string' && part !== '');
    return typeof propertyOf(each, 'message') === 'string' ? String(first) : [first, ...rest].join(' ');
  });
  const whole = [typeof message === 'string' ? message : '', ...details]
    .filter((part) => part !== '')
    .join(' / ');
  const line = printable(redact(whole)).trim().replace(/\.$/, '');
  return line.length <= GITHUB_WORDS_LENGTH_MAX
    ? line
    : `${line.slice(0, GITHUB_WORDS_LENGTH_MAX).toWellFormed()}…`;
}
