import { BridgeError } from '../../core/errors.ts';
import { authorizationProblem } from './network-problems.ts';
import { openTransport } from '../../google/transport.ts';

/** The identity that requests to Google are sent with. */
export interface Caller {
  /** The email address of the service account. It is undefined for users and for identities of other clouds. */
  readonly account: string | undefined;
  /** The project that the credentials charge requests to; undefined if they do not name one. */
  readonly quotaProject: string | undefined;
}

/** Requests do not name a project. Without a value here the library would start gcloud to find one. */
const NO_PROJECT = 'none';

/**
 * Finds the credentials of this machine and verifies them by getting a token.
 * @throws BridgeError GEMINI_CREDENTIALS, GEMINI_UNREACHABLE
 */
export async function findCaller(): Promise<Caller> {
  const transport = await openTransport(NO_PROJECT, '', false);
  let headers: Headers;
  try {
    headers = await transport.authorize();
  } catch (thrown) {
    const { code, what, hint } = authorizationProblem(thrown);
    throw new BridgeError(code, `A request to Google ${what.replace(/\.$/, '')}.`, { hint });
  }
  return {
    account: await transport.account(),
    quotaProject: headers.get('x-goog-user-project') ?? undefined,
  };
}
