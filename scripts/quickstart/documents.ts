import { count } from '../../src/core/text/count-text.ts';
import { isJsonObject, listAt, objectAt, textAt, type JsonObject } from '../../test/support/files/json.ts';
import type { Reader, StoredDocument } from '../../test/stand-ins/discovery-engine/branch/branch.ts';
import type { Documents } from './store.ts';

/** Texts are broken here, so that the longest lines fit into 64 columns with what stands before them. */
const TEXT_WIDTH = 48;
const LABEL_WIDTH = 10;
const WHO_WIDTH = 38;

/** Who may read a document, as `aclInfo` names them. */
interface Readers {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

export interface Searcher extends Reader {
  /** As the table names them. */
  readonly who: string;
}

/** A document with all that it has. */
export function documentLines({ id, data = {}, document = {}, readers }: StoredDocument): string[] {
  const content = objectAt(document, 'content');
  const text = Buffer.from(textAt(content, 'rawBytes') ?? '', 'base64').toString();
  const metadata = Object.entries(objectAt(data, 'metadata'));
  const { users, groups } = readersIn(readers);
  return [
    ...labelled('id', [id]),
    ...labelled('title', [textAt(data, 'title') ?? '']),
    ...labelled('uri', [textAt(data, 'uri') ?? '']),
    ...labelled(
      'metadata',
      metadata.map(([name, value]) => `${name.padEnd(13)}${String(value)}`),
    ),
    ...labelled('content', wrapped(text.trim())),
    ...labelled('readers', [
      ...groups.map((name) => `group ${name}`),
      ...users.map((name) => `user  ${name}`),
    ]),
  ];
}

/** People and groups who may read a document, one who may not, and how many documents each of them finds. */
export function findingLines(
  shown: StoredDocument,
  searchers: readonly Searcher[],
  foundBy: (reader: Reader) => readonly string[],
): string[] {
  const rows = searchers.map(({ who, ...reader }) => {
    const found = foundBy(reader);
    return [who, count(found.length), found.includes(shown.id) ? 'yes' : 'no'] as const;
  });
  return [['', 'finds', 'this one'] as const, ...rows].map(
    ([who, finds, thisOne]) => `${who.padEnd(WHO_WIDTH)}${finds.padStart(6)}  ${thisOne}`,
  );
}

/** Somebody of each kind: by a group, by name, and not at all. Derived from who the document's readers are. */
export function searchersFor(shown: StoredDocument, documents: Documents): Searcher[] {
  const { users, groups } = readersIn(shown.readers);
  const [first = '', second = ''] = groups;
  const stranger = [...documents.values()]
    .flatMap(({ readers }) => readersIn(readers).groups)
    .find((name) => !groups.includes(name));
  return [
    { who: `somebody in ${first}`, groups: [first] },
    { who: `somebody in ${second}`, groups: [second] },
    ...users.map((user) => ({ who: user, user })),
    ...(stranger === undefined ? [] : [{ who: `somebody in ${stranger}`, groups: [stranger] }]),
    { who: 'visitor@example.com', user: 'visitor@example.com' },
  ];
}

/** What became of a data store: who came, who went, what is different, and how much was left alone. */
export function changeLines(before: Documents, after: Documents): string[] {
  const added = [...after.values()].filter(({ id }) => !before.has(id));
  const gone = [...before.values()].filter(({ id }) => !after.has(id));
  const written = [...after.values()].flatMap((now): [StoredDocument, StoredDocument][] => {
    const then = before.get(now.id);
    return then === undefined || then === now ? [] : [[then, now]];
  });
  const untouched = after.size - added.length - written.length;
  return [
    ...added.map((document) => `+ ${nameOf(document)}, ${officeOf(document)}`),
    ...gone.map((document) => `- ${nameOf(document)}, ${officeOf(document)}`),
    ...written.flatMap(([then, now]) => [
      `~ ${nameOf(now)}, ${officeOf(then)} → ${officeOf(now)}`,
      ...readerChange(then, now),
    ]),
    '',
    `${count(untouched)} others were not written again.`,
  ];
}

function readerChange(then: StoredDocument, now: StoredDocument): string[] {
  const old = namesIn(then);
  const current = namesIn(now);
  const lost = old.filter((name) => !current.includes(name));
  const won = current.filter((name) => !old.includes(name));
  if (lost.length + won.length === 0) return [];
  return [`    no longer found by ${lost.join(', ')},`, `    but by ${won.join(', ')}`];
}

function namesIn({ readers }: StoredDocument): string[] {
  const { users, groups } = readersIn(readers);
  return [...groups, ...users];
}

const nameOf = ({ data = {} }: StoredDocument): string => textAt(data, 'title') ?? '';
const officeOf = ({ data = {} }: StoredDocument): string =>
  textAt(objectAt(data, 'metadata'), 'office') ?? '';

function readersIn(entries: readonly unknown[]): Readers {
  const principals: readonly JsonObject[] = entries
    .filter(isJsonObject)
    .flatMap((entry) => listAt(entry, 'principals').filter(isJsonObject));
  const named = (key: string) => principals.flatMap((principal) => textAt(principal, key) ?? []);
  return { users: named('userId'), groups: named('groupId') };
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}`.trimEnd());
}

function wrapped(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const lines = [''];
    for (const word of line.split(' ')) {
      const last = lines.at(-1) ?? '';
      if (last === '') lines[lines.length - 1] = word;
      else if (last.length + 1 + word.length <= TEXT_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}
