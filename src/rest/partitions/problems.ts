import { BridgeError } from '../../core/errors.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { isArray, isObject } from '../../json/scan.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { RecordText } from '../templates/record-templates.ts';

/** The members that usually identify a record to a reader. */
const NAMES = ['id', 'key', 'number', 'name', 'slug'];
const NAME_CHARACTERS_MAX = 80;

/** The error of a child listing, with the parent whose children were read. */
export function childProblem(error: BridgeError, parent: RecordText, { at }: DefinitionWords): BridgeError {
  const { code, message, hint, nextRunAfter } = error;
  const removed =
    code === 'SOURCE_REFUSED'
      ? ` If the API answers so for a parent that was removed after it was listed, set ${at('parents.missingStatuses')}.`
      : '';
  return new BridgeError(code, `${message} The parent: ${nameOf(parent)}.`, {
    hint: `${hint}${removed}`,
    nextRunAfter,
    cause: error,
  });
}

export function tooManyParents(most: number, { at }: DefinitionWords): BridgeError {
  return new BridgeError(
    'SOURCE_PARENTS_TOO_MANY',
    `The listing of ${at('parents')} has more than ${most} parents, and each needs a request of its own.`,
    { hint: `Raise ${at('parents.maxParents')}, or let ${at('parents.url')} request fewer parents.` },
  );
}

function nameOf({ bytes, start, end }: RecordText): string {
  if (!isObject(bytes, start)) return cut(bytes.toString('utf8', start, end));
  const names = NAMES.flatMap((name) => {
    const value = valueAtPath(bytes, start, name);
    const isPlain = value !== undefined && !isObject(bytes, value.start) && !isArray(bytes, value.start);
    return isPlain ? [`${name} ${JSON.stringify(cut(plainText(bytes, value)))}`] : [];
  });
  return names.length === 0 ? 'it has no id, key or name' : names.join(', ');
}

function cut(text: string): string {
  return text.length > NAME_CHARACTERS_MAX ? `${text.slice(0, NAME_CHARACTERS_MAX)}…` : text;
}
