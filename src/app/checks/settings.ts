import type { Endpoint } from '../../core/endpoint.ts';
import { ok, warn, type Finding } from './finding.ts';

interface Settings {
  readonly ingestionDryRun: boolean;
  readonly gcsEndpoint: Endpoint | undefined;
  readonly discoveryEngineEndpoint: Endpoint | undefined;
}

/** Settings that are for trials, and that somebody may have forgotten. */
export function settingsFindings(settings: Settings): Finding[] {
  const findings: Finding[] = [];
  if (settings.ingestionDryRun) {
    const what = 'GEMINI_INGESTION_DRY_RUN is on: runs write their requests down and send nothing.';
    findings.push(warn('settings', what, 'Unset it, and the next run sends everything that was never sent.'));
  }
  const endpoints = [
    ['DISCOVERY_ENGINE_ENDPOINT', settings.discoveryEngineEndpoint],
    ['GCS_ENDPOINT', settings.gcsEndpoint],
  ] as const;
  for (const [variable, endpoint] of endpoints) {
    if (endpoint === undefined) continue;
    const what = endpoint.loopback
      ? `${variable} sends requests to this machine, ${endpoint.url}, in place of Google, without credentials.`
      : `${variable} sends requests, and the credentials with them, to ${endpoint.url}.`;
    findings.push(warn('settings', what, 'Unset it unless that is meant.'));
  }
  return findings.length > 0
    ? findings
    : [ok('settings', 'Nothing is switched off, and nothing goes elsewhere.')];
}
