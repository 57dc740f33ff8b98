import type { RestSpec } from '../../definitions/rest/types.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { mapTexts } from '../request/request.ts';
import { hasPlaceholder, plainHeaders } from '../templates/plain-headers.ts';
import { RecordTemplates, type RecordText } from '../templates/record-templates.ts';

/** The parts of a definition that determine the requests of one listing and how its pages are read. */
export type ListingSpec = Pick<
  RestSpec,
  | 'url'
  | 'method'
  | 'payload'
  | 'payloadFormat'
  | 'headers'
  | 'pagination'
  | 'recordsPath'
  | 'ignoreSigns'
  | 'responseFormat'
  | 'csv'
  | 'recordKeyField'
>;

/** Returns the listing of parents. It has the credentials of the definition, and its headers without templates. */
export function parentsListing(spec: RestSpec): ListingSpec {
  const { url = '', method, payload, recordsPath, pagination } = spec.parents ?? {};
  const { payloadFormat, ignoreSigns } = spec;
  return {
    url,
    headers: plainHeaders(spec),
    ...(method === undefined ? {} : { method }),
    ...(payload === undefined ? {} : { payload }),
    ...(payloadFormat === undefined ? {} : { payloadFormat }),
    ...(recordsPath === undefined ? {} : { recordsPath }),
    ...(pagination === undefined ? {} : { pagination }),
    ...(ignoreSigns === undefined ? {} : { ignoreSigns }),
  };
}

/** Makes the listings of children: the definition with the values of a parent in its templates. */
export class ChildRequests {
  readonly #spec: RestSpec;
  readonly #words: DefinitionWords;
  readonly #templates: RecordTemplates;

  constructor(spec: RestSpec, words: DefinitionWords) {
    this.#spec = spec;
    this.#words = words;
    this.#templates = new RecordTemplates('parent');
  }

  /** @throws BridgeError SOURCE_REQUEST_UNFILLED */
  of(parent: RecordText): ListingSpec {
    const { url, payload, headers = {} } = this.#spec;
    const { at } = this.#words;
    const fill = this.#templates.of(parent);
    const filledHeaders = Object.entries(headers).map(([name, text]) => {
      if (hasPlaceholder(this.#spec, text)) return [name, text] as const;
      return [name, fill(text, { field: at(`headers.${name}`), place: 'header' })] as const;
    });
    return {
      ...this.#spec,
      url: fill(url, { field: at('url'), place: 'url' }),
      headers: Object.fromEntries(filledHeaders),
      ...(payload === undefined
        ? {}
        : {
            payload: mapTexts(payload, (text) => fill(text, { field: at('payload'), place: 'payload' })),
          }),
    };
  }
}
