import type { RestSpec } from '../../definitions/rest/types.ts';
import { bindWatermarkText } from '../../definitions/watermark-text.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { checkedUrl, withParameters, type Parameters } from './address.ts';
import type { HttpRequest } from './client.ts';

/** The parameters that request a page: each has a name, and its value as JSON text, so that no digit of a cursor is lost. */
export type PageParameters = readonly (readonly [name: string, json: string])[];

/** The media types of the formats. */
const ACCEPTED: Readonly<Record<NonNullable<RestSpec['responseFormat']>, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson, application/jsonl, */*;q=0.1',
  csv: 'text/csv, */*;q=0.1',
  xml: 'application/xml, text/xml, */*;q=0.1',
};

/** Text that is inserted into a JSON body unchanged. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A header may have visible characters, spaces and tabs, and characters of Latin-1. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
const ORIGIN = /^https?:\/\/[^/?#]*/i;
const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/** Builds the requests of one listing. */
export class RequestTemplate {
  /** The address of the listing, with its watermark. */
  readonly #address: string;
  readonly #method: 'GET' | 'POST';
  readonly #headers: Readonly<Record<string, string>>;
  readonly #payload: Readonly<Record<string, unknown>>;
  readonly #format: 'json' | 'form';
  /** Where the parameters of a page are sent. */
  readonly #parametersIn: 'query' | 'body' | 'header' | 'path';
  readonly #words: DefinitionWords;

  /** @param watermark replaces `:watermark`; undefined if there is none. @throws BridgeError CONNECTOR_INVALID */
  constructor(spec: RestSpec, watermark: string | undefined, words: DefinitionWords) {
    const bind = (text: string) => (watermark === undefined ? text : bindWatermarkText(text, watermark));
    const { method = 'GET', headers = {}, payload = {}, payloadFormat = 'json' } = spec;
    this.#words = words;
    this.#address =
      watermark === undefined ? spec.url : bindWatermarkText(spec.url, encodeURIComponent(watermark));
    checkedUrl(this.#address, words);
    this.#method = method;
    this.#payload = mapTexts(payload, bind);
    this.#format = payloadFormat;
    this.#parametersIn = spec.pagination?.parametersIn ?? (method === 'GET' ? 'query' : 'body');
    this.#headers = {
      accept: ACCEPTED[spec.responseFormat ?? 'json'],
      'user-agent': 'gemini-sync-bridge',
      ...(method === 'POST' ? { 'content-type': CONTENT_TYPES[payloadFormat] } : {}),
      ...Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), bind(text)])),
    };
  }

  /** @param url replaces the listing's own address. @throws BridgeError CONNECTOR_INVALID */
  request(parameters: PageParameters, url?: string): HttpRequest {
    const where = this.#parametersIn;
    const texts = parameters.map(([name, json]) => [name, plain(json)] as const);
    const own = url ?? this.#ownUrl(where === 'path' ? texts : []);
    return {
      method: this.#method,
      url: where === 'query' ? withParameters(own, texts) : own,
      headers:
        where === 'header'
          ? {
              ...this.#headers,
              ...Object.fromEntries(texts.map(([name, text]) => [name.toLowerCase(), text])),
            }
          : this.#headers,
      body: this.#method === 'POST' ? this.#body(where === 'body' ? parameters : []) : undefined,
    };
  }

  /**
   * Returns why a value from a response cannot be a parameter of the next request, as words that continue a sentence about the
   * value; undefined if it can.
   */
  refusalOf(json: string): string | undefined {
    const text = plain(json);
    if (this.#parametersIn === 'header' && !HEADER_TEXT.test(text)) {
      return 'has characters that a header cannot contain';
    }
    // Even percent-encoded, such a segment would lead to another path.
    const leaves = this.#parametersIn === 'path' && /^\.{1,2}$/.test(text);
    return leaves ? 'would change the path of the address' : undefined;
  }

  /** @param inPath values that replace `{name}` after the origin of the address */
  #ownUrl(inPath: Parameters): string {
    const values = new Map(inPath);
    const [origin = ''] = ORIGIN.exec(this.#address) ?? [];
    const rest = this.#address.slice(origin.length).replaceAll(/\{([^{}]*)\}/g, (whole, name: string) => {
      const value = values.get(name);
      return value === undefined ? whole : encodeURIComponent(value);
    });
    const url = checkedUrl(`${origin}${rest}`, this.#words);
    return this.#method === 'GET' ? withParameters(url, queryOf(this.#payload)) : url;
  }

  #body(parameters: PageParameters): string {
    if (this.#format === 'form') {
      const texts = parameters.map(([name, json]) => [name, plain(json)] as const);
      const names = new Set(parameters.map(([name]) => name));
      const kept = queryOf(this.#payload).filter(([name]) => !names.has(name));
      return new URLSearchParams([...kept, ...texts].map(([name, text]) => [name, text])).toString();
    }
    return write(
      parameters.reduce<unknown>((body, [name, json]) => withValue(body, name, new Raw(json)), this.#payload),
    );
  }
}

/** Returns a payload with changed texts, at any depth. */
export function mapTexts(
  payload: Readonly<Record<string, unknown>>,
  change: (text: string) => string,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, deep(value, change)]));
}

/** Returns a value in which each text is changed, at any depth; keys are not. */
export function deep(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => deep(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return mapTexts({ ...value }, change);
}

/** A list becomes the same parameter several times; values inside a mapping are sent as JSON. */
function queryOf(payload: Readonly<Record<string, unknown>>): Parameters {
  return Object.entries(payload).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map(
      (item: unknown) => [name, typeof item === 'string' ? item : JSON.stringify(item)] as const,
    ),
  );
}

function plain(json: string): string {
  return json.startsWith('"') ? String(JSON.parse(json)) : json;
}

/** `page.cursor` is a key of that name if there is one, otherwise `cursor` inside `page`. */
function withValue(body: unknown, name: string, value: Raw): unknown {
  const object = typeof body === 'object' && body !== null && !(body instanceof Raw) ? { ...body } : {};
  const dot = name.indexOf('.');
  if (dot === -1 || Object.hasOwn(object, name)) return { ...object, [name]: value };
  const key = name.slice(0, dot);
  const inner: unknown = Object.hasOwn(object, key) ? Reflect.get(object, key) : {};
  return { ...object, [key]: withValue(inner, name.slice(dot + 1), value) };
}

function write(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${write(item)}`);
  return `{${members.join(',')}}`;
}
