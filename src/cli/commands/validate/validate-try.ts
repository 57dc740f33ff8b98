import process from 'node:process';
import type { Trial } from '../../../app/try/trial.ts';
import { trySource } from '../../../app/try/try-source.ts';
import { loadConnectorUnderPolicy } from '../../../app/catalog/policy.ts';
import { withSignals } from '../../../app/run/process/process-signals.ts';
import { BridgeError } from '../../../core/errors.ts';
import { EXIT } from '../../../core/exit-status.ts';
import type { CommandIo } from '../../command-io.ts';
import { secretVariablesOf } from '../../environment/environment.ts';
import { writeFailure } from '../../output/failure.ts';
import { styleFor } from '../../output/style.ts';
import { trialJson } from '../../output/trial-json.ts';
import { trialText } from '../../output/trial-text.ts';
import { wrapWidth } from '../../output/wrap.ts';
import type { ReportFormat } from '../../output/findings/write-report.ts';

interface TrialFlags {
  readonly path: string;
  readonly pages: number;
  readonly format: ReportFormat;
}

/**
 * `validate --try`: shows what an API returns for the first pages of a connector. Writes nothing.
 * @throws BridgeError USAGE; as `loadConnectorUnderPolicy` does
 */
export async function validateTry({ path, pages, format }: TrialFlags, io: CommandIo): Promise<void> {
  if (format === 'github') {
    throw new BridgeError('USAGE', '--try has no annotations, so --format github does not apply to it.', {
      hint: 'Use --format text or --format json.',
    });
  }
  const { env, stdout, stderr } = io;
  const redact = (text: string) => env.redactor.redact(text);
  const trial = await withSignals((signal) => tryFile(path, pages, io, signal), { process });
  const exitStatus = trial.error?.exit ?? EXIT.done;
  if (format === 'json') {
    stdout.write(redact(trialJson(path, trial, exitStatus)));
  } else {
    stdout.write(redact(trialText(trial, styleFor(stdout, env.noColor), wrapWidth(stdout))));
    if (trial.error !== undefined) writeFailure(trial.error, stderr, redact);
  }
  io.exit(exitStatus);
}

async function tryFile(path: string, pages: number, io: CommandIo, signal: AbortSignal): Promise<Trial> {
  const { databaseUrl, proxy, policyFile, oracleClientLibDir, redactor } = io.env;
  const place = { policyFile, cwd: io.cwd };
  const connector = await loadConnectorUnderPolicy(path, place);
  const secrets = secretVariablesOf(io.env);
  const surroundings = { ...place, ...secrets, databaseUrl, proxy, oracleClientLibDir, redactor };
  return trySource(connector, pages, surroundings, signal);
}
