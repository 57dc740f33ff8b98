/** A part of the form, with the paths that belong to it; of two that fit, the longer path decides. */
interface SectionSpec {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly paths: readonly string[];
}

const source = (...keys: readonly string[]) => keys.map((key) => `spec.source.${key}`);

/** The sections in the order of the page. */
export const SECTIONS: readonly SectionSpec[] = [
  {
    id: 'basics',
    title: 'Basics',
    hint: 'The name of the connector and how its rows arrive.',
    paths: ['', 'apiVersion', 'kind', 'metadata', 'spec', 'spec.mode'],
  },
  {
    id: 'source',
    title: 'Source',
    hint: 'Where the rows come from. A secret is named here, never written here.',
    paths: ['spec.source'],
  },
  {
    id: 'authorization',
    title: 'Authorization',
    hint: 'How the requests show that they may read the API.',
    paths: source('auth', 'oauth', 'login', 'secretHeaders', 'signing'),
  },
  {
    id: 'records',
    title: 'Records',
    hint: 'Where the records are in a response or a file.',
    paths: source('recordsPath', 'recordKeyField', 'parentFields', 'fields', 'responseFormat', 'csv'),
  },
  {
    id: 'pagination',
    title: 'Pagination',
    hint: 'How the next page of the listing is found.',
    paths: source('pagination', 'paginationCursorField', 'paginationNextCursorJsonPath'),
  },
  {
    id: 'changes',
    title: 'Changes since the last run',
    hint: 'For a source that returns only what changed. Leave all of it empty for a source that returns everything.',
    paths: source(
      'unchangedQuery',
      'fullListingEveryHours',
      'watermarkField',
      'watermarkLag',
      'watermarkStart',
      'watermarkFormat',
      'watermarkTimeZone',
      'window',
      'changes',
      'ordering',
    ),
  },
  {
    id: 'requests',
    title: 'Further requests',
    hint: 'Requests before or after the listing: parents, details and jobs.',
    paths: source('parents', 'detail', 'job'),
  },
  {
    id: 'limits',
    title: 'Connection and limits',
    hint: 'Timeouts, certificates and limits of the source.',
    paths: source(
      'tls',
      'rateLimit',
      'ignoreSigns',
      'resumable',
      'pagesPerRun',
      'requestTimeoutSeconds',
      'connectTimeoutSeconds',
      'statementTimeoutSeconds',
      'thick',
      'rowLevelSecurity',
      'connections',
    ),
  },
  {
    id: 'mapping',
    title: 'Mapping',
    hint: 'How a row becomes a document.',
    paths: ['spec.mapping'],
  },
  {
    id: 'readers',
    title: 'Readers',
    hint: 'Who may find the documents.',
    paths: ['spec.mapping.aclUsersField', 'spec.mapping.aclGroupsField', 'spec.gemini.acl'],
  },
  {
    id: 'output',
    title: 'Output',
    hint: 'Where each run stores its artifacts.',
    paths: ['spec.output'],
  },
  {
    id: 'target',
    title: 'Target',
    hint: 'The data store that receives the documents.',
    paths: ['spec.gemini'],
  },
  {
    id: 'deletes',
    title: 'Deletes',
    hint: 'What happens to documents whose row is missing.',
    paths: ['spec.reconciliation'],
  },
  {
    id: 'schedule',
    title: 'Schedule',
    hint: 'When the orchestrator starts a run.',
    paths: ['spec.schedule', 'spec.timeZone', 'spec.catchUp', 'spec.paused'],
  },
  {
    id: 'quarantine',
    title: 'Quarantine',
    hint: 'How many rows may be unusable before the run fails.',
    paths: ['spec.quarantine'],
  },
];

const byPath = new Map(
  SECTIONS.flatMap(({ id, paths }) => paths.map((path): [string, string] => [path, id])),
);

/** The section of a field, by the names of the keys on its path. */
export function sectionOf(keys: readonly string[]): string {
  for (let length = keys.length; length > 0; length -= 1) {
    const id = byPath.get(keys.slice(0, length).join('.'));
    if (id !== undefined) return id;
  }
  return 'basics';
}
