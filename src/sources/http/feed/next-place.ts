import type { HttpSourceSpec } from '../../../definitions/connector/types.ts';
import { BridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import type { RestReader } from '../../../rest/reader.ts';
import { originOf, sameOriginUrl } from '../../../rest/request/address.ts';

const NOTHING = /^(?:null|false|""|\[\s*\]|\{\s*\})$/;
const UNMOVED = 'so the checkpoint stays where it is';

interface NextPlacePorts {
  readonly storable: RestReader['storable'];
  readonly log: Logger;
}

/**
 * Returns the place from which the next run continues, as a checkpoint may contain it: a link, or a token as JSON text.
 * @param json the value at `nextPath` on the last page
 * @returns undefined if there is none, after logging why
 * @throws BridgeError SOURCE_PAGINATION for a link to another server
 */
export function nextPlace(
  spec: HttpSourceSpec,
  json: string | undefined,
  { storable, log }: NextPlacePorts,
): string | undefined {
  const { nextPath, nextField } = spec.changes ?? {};
  if (json === undefined || NOTHING.test(json)) {
    log.warn(`the last page has no place for the next run, ${UNMOVED}`, { nextPath });
    return undefined;
  }
  const kept = nextField === undefined ? storable(linkOf(spec, json), 'link') : storable(json, 'token');
  if ('place' in kept) return kept.place;
  const { because, perhapsCursor } = kept;
  log.warn(`the place for the next run is not stored, ${UNMOVED}`, {
    because,
    ...(perhapsCursor !== undefined && {
      fix: `if ${perhapsCursor} is not a credential but the token of the feed, set pagination.cursorField to ${perhapsCursor}`,
    }),
  });
  return undefined;
}

function linkOf({ url = '', changes }: HttpSourceSpec, json: string): string {
  const text = json.startsWith('"') ? String(JSON.parse(json)) : json;
  const link = sameOriginUrl(text, url);
  if (link !== undefined) return link;
  throw new BridgeError(
    'SOURCE_PAGINATION',
    `The link at ${changes?.nextPath ?? ''} leads to ${originOf(text, url)}, which is another server than that of ${url} and is sent no credentials.`,
    {
      hint: 'Correct source.changes.nextPath. If it leads to a token instead of a link, set source.changes.nextField.',
    },
  );
}
