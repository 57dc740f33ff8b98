import { resolve } from 'node:path';
import { connectorDocument } from '../../../definitions/connector/schema/schema-document.ts';
import { textAt, valueAt } from '../../../definitions/draft.ts';
import { editYaml } from '../../../definitions/edit/edit-yaml.ts';
import { keyOrderOf } from '../../../definitions/edit/key-order.ts';
import { checkDefinitionText } from '../../../definitions/files/check-definitions.ts';
import { kindNamed } from '../../../definitions/files/kinds.ts';
import { readYaml } from '../../../definitions/yaml/yaml.ts';
import type { Schedulable } from '../../../schedules/schedulable.ts';
import { schedulable } from '../../generate/schedulables.ts';

const PAUSED = ['spec', 'paused'] as const;

/** The text of a connector that is paused or resumed, or why it cannot be edited. Everything else stays byte for byte. */
export function pausedText(
  text: string,
  path: string,
  paused: boolean,
): { readonly text: string } | { readonly refusal: string } {
  const edit = paused
    ? ({ kind: 'set', path: PAUSED, value: true } as const)
    : ({ kind: 'remove', path: PAUSED } as const);
  const isPaused = readYaml(text).value !== undefined && pausedIn(text);
  if (isPaused === paused) return { text };
  const edited = editYaml(text, [edit], keyOrderOf(connectorDocument));
  if ('text' in edited) return edited;
  const { line, message, fix } = edited.refusal;
  return { refusal: `${path}:${line}: ${message} ${fix}` };
}

function pausedIn(text: string): boolean {
  return valueAt(readYaml(text).value, 'spec.paused') === true;
}

/** `metadata.name` of a text that may otherwise be invalid. */
export function nameOf(text: string): string | undefined {
  return textAt(readYaml(text).value, 'metadata.name');
}

/** A connector as schedulers see it; undefined if its text is not valid. @param path relative to the root of the repository */
export async function schedulableOf(text: string, path: string): Promise<Schedulable | undefined> {
  const { value, problems } = await checkDefinitionText(path, text);
  if (problems.some(({ status }) => status === 'fail')) return undefined;
  const kind = await kindNamed('Connector');
  // Runs start in the root of the repository, so the path in it is the path of the run.
  return kind.isShaped(value) ? schedulable('Connector', resolve('/', path), '/', value) : undefined;
}
