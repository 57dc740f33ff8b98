import { BridgeError } from '../../core/errors.ts';
import { authorizationProblem } from './network-problems.ts';
import { openTransport } from '../../google/transport.ts';

/** Who requests to Google come from. */
export interface Caller {
  /** The address of a service account; undefined for people and for identities of other clouds. */
  readonly account: string | undefined;
  /** The project that the credentials want requests to be counted for; undefined if they name none. */
  readonly quotaProject: string | undefined;
}

/** No request names a project. Without one the library would start gcloud to find it. */
const NO_PROJECT = 'none';

/**
 * Finds the credentials of this machine, and proves them by getting a token.
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
