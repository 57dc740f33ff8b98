import type { RestSpec } from '../../../src/definitions/rest/types.ts';
import { openReader, type ReaderPorts, type RestReader } from '../../../src/rest/reader.ts';
import { CONNECTOR_WORDS } from '../../../src/sources/http/connector-words.ts';
import { restSurroundings, secretsOf } from './rest-surroundings.ts';

interface ReaderOptions extends Partial<ReaderPorts> {
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A reader that may send to any address, and its log lines. */
export function restReader(
  spec: RestSpec,
  { secrets = {}, ...given }: ReaderOptions = {},
): { reader: RestReader; lines: string[] } {
  const { surroundings, lines } = restSurroundings();
  const ports = {
    ...surroundings,
    secret: secretsOf(secrets),
    admit: () => undefined,
    words: CONNECTOR_WORDS,
    ...given,
  };
  return { reader: openReader(spec, ports), lines };
}
