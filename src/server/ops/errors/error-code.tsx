import { ERROR_KINDS, type ErrorCode as KnownCode } from '../../../core/error-kinds.ts';
import { errorPath } from '../elements/addresses.ts';
import { ERROR_MEANINGS } from './error-meanings.ts';

/** The code of an error, linked to its meaning and fix. A code that this version does not know has no link. */
export function ErrorCode({ code }: { readonly code: string }) {
  const shown = <code class="code">{code}</code>;
  return isKnown(code) ? <a href={errorPath(code)}>{shown}</a> : shown;
}

/** The meaning and the fix of a code; renders nothing for a code that this version does not know. */
export function ErrorMeaning({ code }: { readonly code: string }) {
  return isKnown(code) ? <WithCode text={ERROR_MEANINGS[code]} /> : null;
}

function isKnown(code: string): code is KnownCode {
  return Object.hasOwn(ERROR_KINDS, code);
}

/** Renders text between backticks as code. */
function WithCode({ text }: { readonly text: string }) {
  const parts = text.split('`');
  return <>{parts.map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}</>;
}
