import { BridgeError } from './errors.ts';
import { RUN_URL_CHARACTERS_MAX } from './limits.ts';

/** Makes the address of a run in another system. Both values are URL-encoded. */
export type RunLink = (run: { readonly runId: string; readonly connectorId: string }) => string;

/** Values of the maximum length. */
const LONGEST = { runId: 'x'.repeat(100), connectorId: 'x'.repeat(64) };
const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * Reads a template such as `https://splunk.example.com/search?q={run_id}`, with `{run_id}` and `{connector_id}`.
 * @throws BridgeError ENVIRONMENT_INVALID, naming the variable.
 */
export function parseRunLink(variable: string, template: string): RunLink {
  const refuse = (problem: string) =>
    new BridgeError('ENVIRONMENT_INVALID', `${variable} ${problem}.`, {
      hint: 'Write a URL such as `https://example.com/runs/{run_id}`, with {run_id} and {connector_id} where they belong.',
    });
  const unknown = [...template.matchAll(PLACEHOLDER)].find(
    ([, name]) => name !== 'run_id' && name !== 'connector_id',
  );
  if (unknown !== undefined)
    throw refuse(`has ${unknown[0]}, and only {run_id} and {connector_id} are known`);
  const link: RunLink = ({ runId, connectorId }) =>
    template.replaceAll(PLACEHOLDER, (_, name) =>
      encodeURIComponent(name === 'run_id' ? runId : connectorId),
    );
  const longest = link(LONGEST);
  const url = URL.canParse(longest) ? new URL(longest) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw refuse('must be a URL of http or https');
  if (url.username !== '' || url.password !== '') throw refuse('must not have a user or a password');
  if (new URL(link({ runId: 'a', connectorId: 'b' })).origin !== url.origin)
    throw refuse('must name its server, and have placeholders only after it');
  if (longest.length > RUN_URL_CHARACTERS_MAX)
    throw refuse(`makes URLs of more than ${RUN_URL_CHARACTERS_MAX} characters`);
  return link;
}
