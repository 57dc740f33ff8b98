import { withoutSlashesAtEnd } from '../../core/endpoint.ts';
import { valueAt } from '../draft.ts';
import { BASE_URL, isMapping } from './collection-fields.ts';

/** Keys of `spec` that are those of a REST listing. */
const SHARED_KEYS = [
  'secretRef',
  'auth',
  'oauth',
  'login',
  'headers',
  'secretHeaders',
  'signing',
  'tls',
  'rateLimit',
  'requestTimeoutSeconds',
];
/** Keys of a collection that are those of a REST listing, except for `headers`, which both have. */
const OWN_KEYS = [
  'method',
  'payload',
  'payloadFormat',
  'recordsPath',
  'parents',
  'parentFields',
  'detail',
  'fields',
  'ignoreSigns',
  'pagination',
];

/** A part of an app in the form of a connector, so that the rules of REST listings can read it. */
export interface Listing {
  /** `{spec: {source: {…}}}` */
  readonly connector: unknown;
  /** The path in the app of a path in `connector`. */
  readonly pathInApp: (path: string) => string;
}

const SOURCE = 'spec.source.';

/** What all collections of an app share: its address and its credentials. */
export function sharedListing(app: unknown): Listing {
  const source = { type: 'http', url: valueAt(app, BASE_URL), ...shared(app) };
  return { connector: { spec: { source } }, pathInApp: sharedPath };
}

/** One collection with what it shares with the others. */
export function listingOfCollection(
  app: unknown,
  collection: Readonly<Record<string, unknown>>,
  path: string,
): Listing {
  const own = Object.fromEntries(OWN_KEYS.flatMap((key) => entryOf(collection, key)));
  const ownHeaders = mappingIn(collection, 'headers');
  const sharedKeys = shared(app);
  const headers = { ...mappingIn(sharedKeys, 'headers'), ...ownHeaders };
  const address = { url: addressOf(app, collection['path']) };
  const source = {
    type: 'http',
    ...(address.url === undefined ? {} : address),
    ...sharedKeys,
    ...own,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...absoluteUrls(app, own),
  };
  return {
    connector: { spec: { source } },
    pathInApp: (inConnector) => {
      if (!inConnector.startsWith(SOURCE)) return inConnector;
      const rest = inConnector.slice(SOURCE.length);
      const [key = ''] = rest.split(/[.[]/);
      if (key === 'url') return `${path}.path`;
      const isOwn =
        key === 'headers'
          ? Object.keys(ownHeaders).some((name) => rest.includes(name))
          : OWN_KEYS.includes(key);
      return isOwn ? `${path}.${rest}` : sharedPath(inConnector);
    },
  };
}

function sharedPath(inConnector: string): string {
  if (!inConnector.startsWith(SOURCE)) return inConnector;
  const rest = inConnector.slice(SOURCE.length);
  return rest === 'url' ? BASE_URL : `spec.${rest}`;
}

function shared(app: unknown): Readonly<Record<string, unknown>> {
  const spec = valueAt(app, 'spec');
  return isMapping(spec) ? Object.fromEntries(SHARED_KEYS.flatMap((key) => entryOf(spec, key))) : {};
}

/** The addresses of `parents` and `detail` may be paths. */
function absoluteUrls(
  app: unknown,
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    ['parents', 'detail'].flatMap((key) => {
      const part = own[key];
      if (!isMapping(part)) return [];
      const url = part['url'];
      return [[key, { ...part, url: addressOf(app, url) ?? url }]];
    }),
  );
}

/** The address of a path; undefined for a text that is an address itself, and for anything else. */
function addressOf(app: unknown, path: unknown): string | undefined {
  const base = valueAt(app, BASE_URL);
  if (typeof base !== 'string' || typeof path !== 'string' || !path.startsWith('/')) return undefined;
  return `${withoutSlashesAtEnd(base)}${path}`;
}

function entryOf(value: Readonly<Record<string, unknown>>, key: string): [string, unknown][] {
  return Object.hasOwn(value, key) ? [[key, value[key]]] : [];
}

function mappingIn(value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return isMapping(found) ? found : {};
}
