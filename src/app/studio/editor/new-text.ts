import type { InitSource } from '../../init/choices.ts';
import { template } from '../../init/templates.ts';
import { starterText } from '../../../definitions/connector/starter-text.ts';
import { isConnectorName } from '../../../definitions/connector/connector-name.ts';
import { editYaml } from '../../../definitions/edit/edit-yaml.ts';

/** What a new connector starts with. */
export interface NewConnector {
  readonly source: InitSource;
  /** Empty: the name is still to be chosen. */
  readonly name: string;
  /** The fields to fill in, or a complete example. */
  readonly start: 'form' | 'example';
}

/** The text of a new connector. */
export async function newText(order: NewConnector): Promise<string> {
  if (order.start === 'example') return exampleText(order);
  const { source, name } = order;
  return starterText({ ...CHOICES[source], ...(name === '' ? {} : { name }) });
}

const CHOICES = {
  postgres: { mode: 'sql_pull', type: 'postgres' },
  mysql: { mode: 'sql_pull', type: 'mysql' },
  mssql: { mode: 'sql_pull', type: 'mssql' },
  oracle: { mode: 'sql_pull', type: 'oracle' },
  http: { mode: 'rest_pull', type: 'http' },
  file: { mode: 'file_pull', type: 'file' },
  push: { mode: 'rest_push', type: 'http' },
} as const;

/** A worked example for a source, under the name of the new connector. */
async function exampleText({ source, name }: NewConnector): Promise<string> {
  const text = await template(`connectors/${source}.yaml`);
  // The first line names a schema in a repository that `init` made, and not in this one.
  const own = text.replace(/^# yaml-language-server:.*\n/, '');
  if (!isConnectorName(name)) return own;
  const edited = editYaml(
    own,
    [
      { kind: 'set', path: ['metadata', 'name'], value: name },
      { kind: 'set', path: ['spec', 'output', 'prefix'], value: name },
    ],
    () => [],
  );
  return 'text' in edited ? edited.text : own;
}
