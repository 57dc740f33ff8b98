import type { RestSpec } from '../../definitions/rest/types.ts';
import { bindWatermarkText } from '../../definitions/watermark-text.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { checkedUrl, withParameters, type Parameters } from './address.ts';
import type { HttpRequest } from './client.ts';

/** The parameters that request a page: each has a name, and its value as JSON text, so that no digit of a cursor is lost. */
export type PageParameters = readonly (readonly [name: string, json: string])[];

/** Text that is inserted into a JSON body unchanged. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Builds the requests of one listing. */
export class RequestTemplate {
  /** The address of the listing, with its watermark and, for GET, its payload. */
  readonly url: string;
  readonly #method: 'GET' | 'POST';
  readonly #headers: Readonly<Record<string, string>>;
  readonly #payload: Readonly<Record<string, unknown>> | undefined;

  /** @param watermark replaces `:watermark`; undefined if there is none. @throws BridgeError CONNECTOR_INVALID */
  constructor(spec: RestSpec, watermark: string | undefined, words: DefinitionWords) {
    const bind = (text: string) => (watermark === undefined ? text : bindWatermarkText(text, watermark));
    const { method = 'GET', headers = {}, payload } = spec;
    const bound =
      payload && Object.fromEntries(Object.entries(payload).map(([key, v]) => [key, deep(v, bind)]));
    const own = checkedUrl(
      watermark === undefined ? spec.url : bindWatermarkText(spec.url, encodeURIComponent(watermark)),
      words,
    );
    this.#method = method;
    this.url = method === 'GET' ? withParameters(own, queryOf(bound ?? {})) : own;
    this.#payload = method === 'POST' ? (bound ?? {}) : undefined;
    this.#headers = {
      accept: 'application/json',
      'user-agent': 'gemini-sync-bridge',
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), bind(text)])),
    };
  }

  /** @param url replaces the listing's own address */
  request(parameters: PageParameters, url = this.url): HttpRequest {
    const base = { method: this.#method, headers: this.#headers };
    if (this.#payload === undefined) {
      const query = parameters.map(([name, json]) => [name, plain(json)] as const);
      return { ...base, url: withParameters(url, query), body: undefined };
    }
    const payload = parameters.reduce<unknown>(
      (body, [name, json]) => withValue(body, name, new Raw(json)),
      this.#payload,
    );
    return { ...base, url, body: write(payload) };
  }
}

/** Returns a value in which each text is changed, at any depth; keys are not. */
export function deep(value: unknown, bind: (text: string) => string): unknown {
  if (typeof value === 'string') return bind(value);
  if (Array.isArray(value)) return value.map((item) => deep(item, bind));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deep(item, bind)]));
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
