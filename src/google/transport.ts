import type { Readable } from 'node:stream';
import { GOOGLE_TOKEN_SECONDS_MAX } from '../core/limits.ts';
import { GOOGLE_ANSWER_BYTES_MAX } from './limits.ts';
import type { StreamedAnswer } from './answer.ts';

/** One HTTP request, complete. */
interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array | undefined;
}

/** HTTP to Google, with the credentials of this machine, through its proxies. */
export interface Transport {
  /**
   * The headers that say who is asking. Kept until shortly before they expire, or until they are discarded.
   * @throws whatever the library throws; each adapter says what it means
   */
  authorize(): Promise<Headers>;
  /** The address of the service account whose credentials these are; undefined if they are of none, or it cannot be seen. */
  account(): Promise<string | undefined>;
  /** These were refused: the next ones are new, from the credentials as they are then. False if there can be no others. */
  discard(refused: Headers): boolean;
  /**
   * Follows no redirect and tries nothing again. The body of the answer ends with `signal`, too.
   * @throws the library's error, in which `networkErrorOf` finds what the network did
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<StreamedAnswer>;
}

/**
 * Loads google-auth-library, the only one that names it.
 * @param origin where requests will go, such as `http://127.0.0.1:8080`
 * @param anonymous for a stand-in on this machine: no credentials are looked for, and no proxy is used
 */
export async function openTransport(
  projectId: string,
  origin: string,
  anonymous: boolean,
): Promise<Transport> {
  const { GoogleAuth, gaxios } = await import('google-auth-library');
  const open = () =>
    new GoogleAuth({
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
      // Or the library looks for one, and starts gcloud for it.
      projectId,
      // For the library's own requests for tokens. It tries those again by itself, for some two seconds.
      clientOptions: {
        transporterOptions: {
          timeout: GOOGLE_TOKEN_SECONDS_MAX * 1_000,
          maxContentLength: GOOGLE_ANSWER_BYTES_MAX,
        },
      },
    });
  let auth: ReturnType<typeof open> | undefined;
  /** The credentials that each set of headers is from, so that headers refused twice are discarded once. */
  const sources = new WeakMap<Headers, typeof auth>();
  // Bare, because the library's own clients can be told by a variable to log what they send.
  const http = new gaxios.Gaxios();

  return {
    async authorize() {
      if (anonymous) return new Headers();
      const source = (auth ??= open());
      const headers = await (await source.getClient()).getRequestHeaders();
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
        // The library's own reading lets a broken body hide the status.
        responseType: 'stream',
        ...AS_SENT,
        validateStatus: () => true,
        retry: false,
        // Following a redirect would send the request, and within one domain also the token, to an unintended server.
        redirect: 'manual',
        ...(anonymous ? { noProxy: [origin] } : {}),
      });
      const { status, headers: answered, data } = answer;
      // An empty string if the library knows that the response has no body.
      return { status, headers: answered, body: data === '' ? undefined : data };
    },
  };
}

/** An option of node-fetch that the library's types leave out. */
const AS_SENT = { compress: false };

function unpackable(headers: Headers): Headers {
  const all = new Headers(headers);
  all.set('accept-encoding', 'gzip');
  return all;
}
