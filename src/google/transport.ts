import type { Readable } from 'node:stream';
import { GOOGLE_TOKEN_SECONDS_MAX } from '../core/limits.ts';
import { GOOGLE_ANSWER_BYTES_MAX } from './limits.ts';
import type { StreamedAnswer } from './answer.ts';
import { silenceMetadataWarning } from './metadata-warning.ts';

/** A complete HTTP request. */
interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array | undefined;
}

/** Sends HTTP requests to Google with the credentials of this machine, through its proxies. */
export interface Transport {
  /**
   * Returns the headers that authenticate the caller. They are cached until shortly before they expire, or until they are
   * discarded.
   * @throws the library's errors; each adapter translates them
   */
  authorize(): Promise<Headers>;
  /**
   * The email address of the service account that the credentials belong to; undefined if they belong to none, or it cannot be
   * determined.
   */
  account(): Promise<string | undefined>;
  /**
   * Discards refused headers: the next ones are new, from the credentials at that time. Returns false if there can be no
   * others.
   */
  discard(refused: Headers): boolean;
  /**
   * Sends a request without following redirects and without retries. `signal` also ends the body of the response.
   * @throws the library's error, in which `networkErrorOf` finds the cause
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<StreamedAnswer>;
}

/**
 * Loads google-auth-library. No other file names it.
 * @param origin where requests will go, such as `http://127.0.0.1:8080`
 * @param anonymous for a test server on this machine: no credentials are loaded, and no proxy is used
 */
export async function openTransport(
  projectId: string,
  origin: string,
  anonymous: boolean,
): Promise<Transport> {
  const { GoogleAuth, gaxios } = await import('google-auth-library');
  silenceMetadataWarning();
  const open = () =>
    new GoogleAuth({
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
      // Without it the library searches for a project id, and starts gcloud for that.
      projectId,
      // These options are for the library's own requests for tokens. It retries those by itself for about two seconds.
      clientOptions: {
        transporterOptions: {
          timeout: GOOGLE_TOKEN_SECONDS_MAX * 1_000,
          maxContentLength: GOOGLE_ANSWER_BYTES_MAX,
        },
      },
    });
  let auth: ReturnType<typeof open> | undefined;
  /** The credentials that each set of headers comes from, so that headers that are refused twice are discarded once. */
  const sources = new WeakMap<Headers, typeof auth>();
  // This is a bare client, because an environment variable can make the library's own clients log what they send.
  const http = new gaxios.Gaxios();

  return {
    async authorize() {
      if (anonymous) return new Headers();
      const source = (auth ??= open());
      const client = await source.getClient().catch((thrown: unknown) => {
        throw isWithoutCredentials(thrown) ? new Error(NO_CREDENTIALS, { cause: thrown }) : thrown;
      });
      const headers = await client.getRequestHeaders();
      sources.set(headers, source);
      return headers;
    },
    async account() {
      try {
        return (await (auth ??= open()).getCredentials()).client_email;
      } catch {
        return undefined;
      }
    },
    discard(refused) {
      if (sources.get(refused) === auth) auth = undefined;
      return !anonymous;
    },
    async send({ method, url, headers, body }, signal) {
      const answer = await http.request<Readable | ''>({
        method,
        url,
        headers: unpackable(headers),
        signal,
        ...(body === undefined ? {} : { data: body }),
        // The library's own parsing lets a broken body hide the status.
        responseType: 'stream',
        ...AS_SENT,
        validateStatus: () => true,
        retry: false,
        // Following a redirect would send the request, and within one domain also the token, to an unintended server.
        redirect: 'manual',
        ...(anonymous ? { noProxy: [origin] } : {}),
      });
      const { status, headers: answered, data } = answer;
      // The library sets an empty string if it knows that the response has no body.
      return { status, headers: answered, body: data === '' ? undefined : data };
    },
  };
}

/** Replaces the library's message, which only has the address of a web page. */
const NO_CREDENTIALS =
  'GOOGLE_APPLICATION_CREDENTIALS is not set, gcloud has no application-default login, and no metadata server of Google Cloud answers';

function isWithoutCredentials(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('Could not load the default credentials');
}

/** An option of node-fetch that is missing in the library's types. */
const AS_SENT = { compress: false };

function unpackable(headers: Headers): Headers {
  const all = new Headers(headers);
  all.set('accept-encoding', 'gzip');
  return all;
}
