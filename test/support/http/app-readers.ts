import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { openCollectionReaders } from '../../../src/apps/collections/open-collection-readers.ts';
import type { CollectionPorts } from '../../../src/apps/collections/collection-ports.ts';
import type { CollectionReader, ReadingEnd, UnusableRecord } from '../../../src/apps/collection-reader.ts';
import type { App, AppSpec } from '../../../src/definitions/app/types.ts';
import { restSurroundings, secretsOf } from './rest-surroundings.ts';

/** What one reading of a collection found. */
export interface Reading {
  /** The payload of each record as the API wrote it, by its id; of records with one id, the last. */
  readonly payloads: ReadonlyMap<string, string>;
  /** The ids in the order in which they were read. */
  readonly ids: readonly string[];
  readonly deletedIds: readonly string[];
  readonly unusable: readonly UnusableRecord[];
  readonly archived: ReadonlyMap<string, string | null>;
  readonly pages: number;
  readonly answered: Date | undefined;
  readonly end: ReadingEnd;
}

/** The preset of an app, from its file. */
export function presetOf(name: string): AppSpec {
  return (load(readFileSync(`presets/apps/${name}.yaml`, 'utf8')) as { spec: AppSpec }).spec;
}

interface OpenedApp {
  readonly of: (key: string) => CollectionReader;
  /** The milliseconds of each wait, none of which is waited. */
  readonly waits: readonly number[];
  /** The log lines. */
  readonly lines: readonly string[];
}

/** Opens the readers of an app that may send to any address. */
export function openApp(
  spec: AppSpec,
  secrets: Readonly<Record<string, string>> = {},
  given: Partial<CollectionPorts> = {},
): OpenedApp {
  const { surroundings, waits, lines } = restSurroundings();
  const app: App = { apiVersion: 'sync.gemini.io/v1alpha1', kind: 'App', metadata: { name: 'test' }, spec };
  const ports = { ...surroundings, secret: secretsOf(secrets), admit: () => undefined, ...given };
  const readers = openCollectionReaders(app, ports);
  const of = (key: string) => {
    const reader = readers.find(({ collectionKey }) => collectionKey === key);
    if (reader === undefined) throw new Error(`The app has no collection ${key}.`);
    return reader;
  };
  return { of, waits, lines };
}

/** Reads a collection to its end. */
export async function readCollection(
  reader: Pick<CollectionReader, 'read'>,
  since?: Date,
  signal: AbortSignal = new AbortController().signal,
): Promise<Reading> {
  const payloads = new Map<string, string>();
  const archived = new Map<string, string | null>();
  const [ids, deletedIds, unusable]: [string[], string[], UnusableRecord[]] = [[], [], []];
  const pages = reader.read(since, signal);
  let answered: Date | undefined;
  for (let count = 0; ; count++) {
    const { done, value } = await pages.next();
    if (done === true)
      return { payloads, ids, deletedIds, unusable, archived, pages: count, answered, end: value };
    answered ??= value.answered;
    for (const record of value.records) {
      ids.push(record.externalId);
      payloads.set(record.externalId, record.payload.toString());
      if (record.archived) archived.set(record.externalId, record.archivedAt);
    }
    deletedIds.push(...value.deletedIds);
    unusable.push(...value.unusable);
  }
}
