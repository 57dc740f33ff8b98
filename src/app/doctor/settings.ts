import type { Endpoint } from '../../core/endpoint.ts';
import type { BridgeError } from '../../core/errors.ts';
import { fail, ok, warn, type DoctorFinding } from './finding.ts';

/** A variable that prevents a command from starting. */
export interface WrongVariable {
  /** `run` fails; otherwise only these commands do. */
  readonly stops: 'run' | 'serve' | 'kb and serve';
  /** The error ENVIRONMENT_INVALID, which names the variable. */
  readonly error: BridgeError;
}

/** A variable that is set, and that no command reads. */
export interface MisspelledVariable {
  readonly given: string;
  /** The variable that was probably meant, which is not set. */
  readonly meant: string;
}

interface Settings {
  readonly ingestionDryRun: boolean;
  readonly gcsEndpoint: Endpoint | undefined;
  readonly discoveryEngineEndpoint: Endpoint | undefined;
  readonly wrongVariables: readonly WrongVariable[];
  readonly misspelledVariables: readonly MisspelledVariable[];
}

/** Reports invalid variables, and settings for trials that may have been left on by mistake. */
export function settingsFindings(settings: Settings): DoctorFinding[] {
  const findings = settings.wrongVariables.map(wrongVariableFinding);
  for (const { given, meant } of settings.misspelledVariables) {
    const what = `${given} is set, but no command reads a variable of that name; did you mean ${meant}?`;
    findings.push(warn('settings', what, `If so, set ${meant} instead.`));
  }
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

const NOT_STARTED: Readonly<Record<Exclude<WrongVariable['stops'], 'run'>, string>> = {
  serve: '`serve` does not start',
  'kb and serve': '`kb` and `serve` do not start',
};

/** If only other commands would fail to start, a run can still succeed. */
function wrongVariableFinding({ stops, error }: WrongVariable): DoctorFinding {
  if (stops === 'run') return fail('settings', error);
  const what = `${error.message} ${NOT_STARTED[stops]}; other commands do not need it.`;
  return warn('settings', what, error.hint ?? 'See docs/serve.md.');
}
