import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/log.ts';
import { sleep } from '../core/retry.ts';
import { exchange } from './exchange.ts';
import { fieldOf } from './json-fields.ts';
import { openQuotas } from './quotas.ts';
import { openTransport } from './transport.ts';

const RESOURCE_MANAGER = 'https://cloudresourcemanager.googleapis.com';

export type ProjectPermissions =
  | { readonly known: true; readonly granted: ReadonlySet<string> }
  | { readonly known: false; readonly reason: string; readonly hint: string };

/**
 * Which of some permissions the caller has on a project, and so on all that is in it. Discovery Engine itself cannot be
 * asked this; Cloud Resource Manager can, where its API is enabled. Asks once.
 * @param base another address for a test
 * @throws the reason of `signal`, and nothing else
 */
export async function projectPermissions(
  projectId: string,
  permissions: readonly string[],
  signal: AbortSignal,
  base = RESOURCE_MANAGER,
): Promise<ProjectPermissions> {
  const transport = await openTransport(projectId, new URL(base).origin, false);
  const path = `projects/${encodeURIComponent(projectId)}:testIamPermissions`;
  const message = { method: 'POST', path, url: `${base}/v3/${path}`, body: JSON.stringify({ permissions }) };
  const wire = { transport, projectId, clock: systemClock, log: silentLogger };
  const exchanged = await exchange(message, wire, openQuotas(systemClock, sleep).reads, signal);
  if (exchanged.ok) {
    const granted = fieldOf(exchanged.value, 'permissions');
    return { known: true, granted: new Set(Array.isArray(granted) ? granted.map(String) : []) };
  }
  const { code, what, hint } = exchanged.problem;
  const ofProject = code === 'GEMINI_PERMISSION' || code === 'GEMINI_NOT_FOUND';
  return { known: false, reason: `Cloud Resource Manager: POST ${path} ${what}`, hint: ofProject ? hintOf(projectId) : hint };
}

function hintOf(projectId: string): string {
  return `Check \`gemini.projectId\`. If it is right, \`gcloud services enable cloudresourcemanager.googleapis.com --project ${projectId}\` lets doctor see permissions; runs do not need it.`;
}
