import type { ConnectorSpec } from './types.ts';
import { keyOrderOf } from '../edit/key-order.ts';
import { editYaml } from '../edit/edit-yaml.ts';
import { connectorDocument } from './schema/schema-document.ts';

/** What a person chooses before a new connector has a text. */
export interface StarterChoice {
  readonly mode: ConnectorSpec['mode'];
  /** One of `SOURCE_TYPES` for the mode; another one is replaced by the first of them. */
  readonly type: string;
  readonly name?: string;
}

/** The kinds of source that each mode allows. */
export const SOURCE_TYPES: Readonly<Record<ConnectorSpec['mode'], readonly string[]>> = {
  sql_pull: ['postgres', 'mysql', 'mssql', 'oracle'],
  rest_pull: ['http'],
  file_pull: ['file'],
  rest_push: ['http'],
};

const SQL_SOURCE = `    # The name of the secret with the connection string, never the secret itself.
    secretRef:
    # One row for each document, and all rows in every run: the document of a missing row is deleted.
    query:`;

const SOURCES: Readonly<Record<ConnectorSpec['mode'], string>> = {
  sql_pull: SQL_SOURCE,
  rest_pull: `    # The listing of the API. A token comes from the secret that secretRef names.
    url:`,
  file_pull: `    # The folder with the files, and the pattern of their names below it.
    path:
    glob: "*.csv"
    format: csv`,
  rest_push: `    # The name of the secret with the token of the producers, never the token itself.
    secretRef:`,
};

/** Whether a listing is complete cannot be known before an API is described, so nothing is deleted at first. */
const POLICIES: Readonly<Record<ConnectorSpec['mode'], string>> = {
  sql_pull: 'auto_delete_missing',
  rest_pull: 'soft_delete_only',
  file_pull: 'auto_delete_missing',
  rest_push: 'auto_delete_missing',
};

/** The text of a new connector. Its only problems are the empty fields that a person must fill in. */
export function starterText({ mode, type, name }: StarterChoice): string {
  const text = `apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata:
  name:
spec:
  mode: ${mode}
  source:
    type: ${SOURCE_TYPES[mode].find((known) => known === type) ?? SOURCE_TYPES[mode][0]}
${SOURCES[mode]}
  mapping:
    # The field that permanently identifies a row.
    idField:
    titleField:
    # The text of the document, with {{ field }} for a value of the row.
    contentTemplate:
  output:
    # gs:// and a bucket, or file:// and a folder.
    bucket:
    prefix:
    format: ndjson
  gemini:
    projectId:
    location: global
    dataStoreId:
  reconciliation:
    deletePolicy: ${POLICIES[mode]}
`;
  return name === undefined || name === '' ? text : withName(text, name);
}

/** Written by the same function as every edit, so that a name cannot be anything but a string. */
function withName(text: string, name: string): string {
  const edits = [['metadata', 'name'] as const, ['spec', 'output', 'prefix'] as const];
  const edited = editYaml(
    text,
    edits.map((path) => ({ kind: 'set', path, value: name })),
    keyOrderOf(connectorDocument),
  );
  return 'text' in edited ? edited.text : text;
}
