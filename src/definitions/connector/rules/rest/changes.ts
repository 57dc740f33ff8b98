import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { mentionsWatermark } from '../../../watermark-text.ts';
import { has, misplaced, missing } from '../key-findings.ts';

const SOURCE = 'spec.source';
const CHANGES = `${SOURCE}.changes`;
const NEXT_PATH = `${CHANGES}.nextPath`;

/** Pairs of keys of which the first has no use without the second. */
const NEEDED = [
  ['deletedValues', 'deletedPath', 'deletedPath: status'],
  ['nextField', 'nextPath', 'nextPath: nextSyncToken'],
  ['resetStatuses', 'nextPath', 'nextPath: nextSyncToken'],
] as const;

/** Rules about feeds of changes. */
export function changesFindings(connector: unknown): FieldFinding[] {
  if (!has(connector, CHANGES)) return [];
  const needed = NEEDED.filter(([key, other]) => has(connector, at(key)) && !has(connector, at(other)));
  return [
    ...needed.map(([key, other, fix]) => missing(at(other), `${other} is missing, which ${key} needs.`, fix)),
    ...(has(connector, NEXT_PATH) ? checkpointFindings(connector) : []),
  ];
}

const at = (key: string): string => `${CHANGES}.${key}`;

function checkpointFindings(connector: unknown): FieldFinding[] {
  const request = ['url', 'payload', 'headers'].map((key) => valueAt(connector, `${SOURCE}.${key}`));
  const others = [
    ...(mentionsWatermark(JSON.stringify(request)) ? [':watermark'] : []),
    ...['resumable', 'window'].filter((key) => (valueAt(connector, `${SOURCE}.${key}`) ?? false) !== false),
  ];
  return [
    ...others.map((other) =>
      misplaced(NEXT_PATH, `A listing has one checkpoint: nextPath or ${other}.`, 'one of the two'),
    ),
    ...linkFindings(connector),
    ...formatFindings(connector),
  ];
}

function linkFindings(connector: unknown): FieldFinding[] {
  const type = textAt(connector, `${SOURCE}.pagination.type`);
  if (has(connector, at('nextField')) || type === 'next_url' || type === 'link_header') return [];
  const message =
    'nextPath without nextField leads to a link, which needs a pagination of type next_url or link_header.';
  return [missing(at('nextField'), message, 'nextField: syncToken, or pagination: {type: next_url, …}')];
}

function formatFindings(connector: unknown): FieldFinding[] {
  const format = textAt(connector, `${SOURCE}.responseFormat`);
  if (format === undefined || format === 'json') return [];
  return [misplaced(NEXT_PATH, `A response in ${format} has no place for the next run.`, 'no nextPath')];
}
