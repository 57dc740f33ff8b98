import type { Advice } from './advice.ts';
import { deletePolicyAdvice } from './delete-policy.ts';
import { textAt, valueAt } from '../../draft.ts';
import { sqlCode } from '../sql/sql-text.ts';
import { scheduleAdvice } from './schedule.ts';

/** The advice for a connector that may be incomplete. What is wrong is a problem of `validate`, and not repeated here. */
export function adviceOf(connector: unknown): Advice[] {
  return [
    ...modeAdvice(connector),
    ...partialQuery(connector),
    ...readersAdvice(connector),
    ...deletePolicyAdvice(connector),
    ...scheduleAdvice(connector),
  ];
}

function modeAdvice(connector: unknown): Advice[] {
  const path = 'spec.mode';
  const mode = valueAt(connector, path);
  if (mode === undefined || mode === null || mode === '') {
    const message =
      'Choose sql_pull for tables that a database user may read, rest_pull for an HTTP API that lists its records, file_pull for ' +
      'files in a folder, and rest_push for a system that sends its documents itself.';
    return [{ path, message }];
  }
  if (mode !== 'rest_push') return [];
  const message =
    'If the source can list all of its documents, a pull mode is safer: only a complete listing detects events that were missed.';
  return [{ path, message }];
}

/** A query that lists a part of its rows, although it is not a delta query. */
function partialQuery(connector: unknown): Advice[] {
  const path = 'spec.source.query';
  const query = textAt(connector, path);
  if (query === undefined || valueAt(connector, 'spec.reconciliation.deletePolicy') !== 'auto_delete_missing')
    return [];
  const code = sqlCode(query, textAt(connector, 'spec.source.type'));
  const found = /\b(?:limit \d|top ?\(? ?\d|fetch (?:first|next)\b|rownum\b)/i.exec(code);
  const word = found?.[0].split(/[ (]/)[0]?.toUpperCase();
  if (word === undefined) return [];
  const message =
    `The query has ${word}. If it cuts off rows of the result, their documents count as missing, and auto_delete_missing deletes ` +
    'them. Take it out of the query, or choose another delete policy.';
  return [{ path, message }];
}

function readersAdvice(connector: unknown): Advice[] {
  const path = 'spec.mapping.aclUsersField';
  const fields = [path, 'spec.mapping.aclGroupsField'];
  const hasReaders = fields.some((field) => valueAt(connector, field) !== undefined);
  const isDecided = valueAt(connector, 'spec.gemini.acl') !== undefined;
  if (hasReaders || isDecided || valueAt(connector, 'spec.mapping') === undefined) return [];
  const message =
    'Without a field for readers, everyone who may search the data store finds every document. Name the field with the users or ' +
    'groups who may read it, or set access control to off to record that all may read everything.';
  return [{ path, message }];
}
