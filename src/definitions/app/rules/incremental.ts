import {
  APP_DAY_OVERLAP_SECONDS_MAX,
  APP_EVENTS_KEPT_SECONDS_MIN,
  APP_OVERLAP_SECONDS_MAX,
} from '../../limits.ts';
import { textAt, valueAt } from '../../draft.ts';
import type { FieldFinding } from '../../problem.ts';
import { durationSeconds } from '../../../core/time/duration.ts';
import { collectionsOf } from '../collection-fields.ts';

/** The place of the time of the last sync in a path or payload. */
const SINCE = /:since\b/;

/** Rules about how incremental syncs request changes. */
export function incrementalFindings(app: unknown): FieldFinding[] {
  return collectionsOf(app).flatMap(({ path, collection }) => {
    const incremental = collection['incremental'];
    if (incremental === undefined) return sinceWithoutUse(collection, path);
    const place = `${path}.incremental`;
    return valueAt(incremental, 'events') === undefined
      ? changedFindings(collection, incremental, place)
      : eventFindings(incremental, place);
  });
}

function sinceWithoutUse(collection: unknown, path: string): FieldFinding[] {
  return ['path', 'payload']
    .filter((key) => SINCE.test(JSON.stringify(valueAt(collection, key) ?? '')))
    .map((key) => ({
      code: 'missing_key',
      path: `${path}.incremental`,
      message: `incremental is missing, which replaces :since in ${key}.`,
      fix: 'incremental: {format: iso8601}',
    }));
}

function changedFindings(collection: unknown, incremental: unknown, place: string): FieldFinding[] {
  const isPost = (textAt(incremental, 'method') ?? textAt(collection, 'method')) === 'POST';
  const texts = JSON.stringify([
    ...['path', 'payload'].map((key) => valueAt(collection, key)),
    ...['path', 'payload', 'parents'].map((key) => valueAt(incremental, key)),
  ]);
  const parameter = textAt(incremental, 'parameter');
  const findings: FieldFinding[] = [];
  if (parameter === undefined && !SINCE.test(texts)) {
    findings.push({
      code: 'missing_key',
      path: `${place}.parameter`,
      message:
        'The time of the last sync is not sent: parameter is missing, and path and payload have no :since.',
      fix: isPost ? 'payload: {updated_since: ":since"}' : 'parameter: updated_since',
    });
  }
  const url = textAt(incremental, 'path') ?? textAt(collection, 'path') ?? '';
  if (parameter !== undefined && queryOf(url).has(parameter)) {
    findings.push({
      code: 'wrong_value',
      path: `${place}.parameter`,
      message: `The path already has the parameter ${parameter}.`,
      fix: 'the path without it',
    });
  }
  const granularity = textAt(incremental, 'granularity') ?? 'second';
  if (granularity !== 'second' && textAt(collection, 'updatedField') === undefined) {
    findings.push({
      code: 'missing_key',
      path: `${place.replace(/\.incremental$/, '')}.updatedField`,
      message: `updatedField is missing: with granularity: ${granularity}, older records are left out by it.`,
      fix: 'updatedField: updated_at',
    });
  }
  return [...findings, ...overlapFindings(incremental, granularity === 'day', `${place}.overlap`)];
}

function eventFindings(incremental: unknown, place: string): FieldFinding[] {
  const unfit = [
    'path',
    'method',
    'pagination',
    'parents',
    'parameter',
    'payload',
    'format',
    'overlap',
    'granularity',
  ]
    .filter((key) => valueAt(incremental, key) !== undefined)
    .map((key): FieldFinding => ({
      code: 'misplaced_key',
      path: `${place}.${key}`,
      message: `${key} has no use beside events: the feed names the changed objects.`,
      fix: `no ${key}, or no events`,
    }));
  const events = valueAt(incremental, 'events');
  return [
    ...unfit,
    ...overlapFindings(events, false, `${place}.events.overlap`),
    ...objectPathFindings(events, `${place}.events.objectPath`),
    ...keptFindings(events, `${place}.events.keptFor`),
    ...typesTwice(events, `${place}.events.deletedTypes`),
  ];
}

function overlapFindings(part: unknown, isDay: boolean, path: string): FieldFinding[] {
  const text = textAt(part, 'overlap');
  const seconds = text === undefined ? undefined : durationSeconds(text);
  const limit = isDay ? APP_DAY_OVERLAP_SECONDS_MAX : APP_OVERLAP_SECONDS_MAX;
  if (text === undefined || seconds === undefined || seconds <= limit) return [];
  const most = isDay ? '7d' : '1h';
  const message = `overlap is ${text}, which is more than ${most}. Longer gaps are closed by a full sync.`;
  return [{ code: 'wrong_value', path, message, fix: `overlap: ${most} or less` }];
}

function objectPathFindings(events: unknown, path: string): FieldFinding[] {
  const text = textAt(events, 'objectPath');
  if (text === undefined || text.includes('{id}')) return [];
  const message = 'The same object would be read for each event: objectPath has no {id}.';
  return [{ code: 'wrong_value', path, message, fix: 'objectPath: /v1/customers/{id}' }];
}

function keptFindings(events: unknown, path: string): FieldFinding[] {
  const text = textAt(events, 'keptFor');
  const seconds = text === undefined ? undefined : durationSeconds(text);
  if (text === undefined || seconds === undefined || seconds >= APP_EVENTS_KEPT_SECONDS_MIN) return [];
  const message = `keptFor is ${text}, so nearly every sync would be a full one.`;
  return [{ code: 'wrong_value', path, message, fix: 'keptFor: 29d, as the API documents it' }];
}

function typesTwice(events: unknown, path: string): FieldFinding[] {
  const types = valueAt(events, 'types');
  const deleted = valueAt(events, 'deletedTypes');
  if (!Array.isArray(types) || !Array.isArray(deleted)) return [];
  const both: unknown = deleted.find((type: unknown) => types.includes(type));
  if (typeof both !== 'string') return [];
  const message = `The event ${both} would mean both a change and a delete.`;
  return [{ code: 'wrong_value', path, message, fix: 'the type in one of the two lists' }];
}

function queryOf(path: string): URLSearchParams {
  const [, query = ''] = path.split('?');
  return new URLSearchParams(query);
}
