import { systemClock } from '../../core/time/clock.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { BridgeError } from '../../core/errors.ts';
import { silentLogger } from '../../core/log.ts';
import { sleep } from '../../core/retry.ts';
import { exchange } from './exchange.ts';
import { fieldOf } from './json-fields.ts';
import type { Problem } from './problems.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { openQuotas } from './quotas.ts';
import { openTransport } from '../../google/transport.ts';

/** The request is a POST that changes nothing. */
const NONE_NEEDED: LeaseGuard = { requireHeld: () => Promise.resolve() };

const RESOURCE_MANAGER = 'https://cloudresourcemanager.googleapis.com';

/**
 * Returns which of the given permissions the caller has on a project, and therefore on everything in it. Discovery Engine has
 * no method that tests permissions without a side effect. Cloud Resource Manager has one, where its API is enabled. The request
 * is sent once.
 * @param endpoint endpoint of Discovery Engine; a test server on this machine also replaces Cloud Resource Manager
 * @throws BridgeError GEMINI_*; the reason of `signal` when aborted
 */
export async function grantedPermissions(
  projectId: string,
  permissions: readonly string[],
  endpoint: Endpoint | undefined,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const standIn = endpoint?.loopback === true ? endpoint.url : undefined;
  const base = standIn ?? RESOURCE_MANAGER;
  const transport = await openTransport(projectId, new URL(base).origin, standIn !== undefined);
  const path = `projects/${encodeURIComponent(projectId)}:testIamPermissions`;
  const message = { method: 'POST', path, url: `${base}/v3/${path}`, body: JSON.stringify({ permissions }) };
  const wire = { transport, projectId, leases: NONE_NEEDED, clock: systemClock, log: silentLogger };
  const exchanged = await exchange(message, wire, openQuotas(systemClock, sleep).reads, signal);
  if (!exchanged.ok) throw refused(exchanged.problem, path, projectId);
  const granted = fieldOf(exchanged.value, 'permissions');
  return new Set(Array.isArray(granted) ? granted.map(String) : []);
}

/** The usual hints are about Discovery Engine, so this error has its own. */
function refused({ code, what, hint }: Problem, path: string, projectId: string): BridgeError {
  const ofProject = code === 'GEMINI_PERMISSION' || code === 'GEMINI_NOT_FOUND';
  return new BridgeError(code, `Cloud Resource Manager: POST ${path} ${what}.`, {
    hint: ofProject ? hintOf(projectId) : hint,
  });
}

function hintOf(projectId: string): string {
  return `Check \`gemini.projectId\`. If it is right, enable cloudresourcemanager.googleapis.com in the project that requests are counted for, such as with \`gcloud services enable cloudresourcemanager.googleapis.com --project ${projectId}\`; runs do not need it.`;
}
