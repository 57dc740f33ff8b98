import type { Trial, TrialStep, TriedRequest, TriedRows } from '../../app/try/trial.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import { failureJson } from './failure.ts';
import { jsonLine } from './json-output.ts';

/** Formats a trial for a program, as one object on one line. A field that a record does not have is left out of its row. */
export function trialJson(
  file: string,
  { steps, warnings, rows, outcome, error }: Trial,
  exitStatus: ExitStatus,
): string {
  return jsonLine({
    ok: exitStatus === EXIT.done,
    exit_status: exitStatus,
    file,
    outcome,
    steps: steps.map(stepJson),
    rows: rowsJson(rows),
    missing_fields: rows.missing,
    other_keys: rows.otherKeys,
    warnings,
    error: error === undefined ? null : failureJson(error),
  });
}

function stepJson({ requests, moreRequests, page }: TrialStep) {
  return { requests: requests.map(requestJson), more_requests: moreRequests, page: page ?? null };
}

function requestJson({ secretParameters, responseHeaders, ...request }: TriedRequest) {
  return { ...request, secret_parameters: secretParameters, response_headers: responseHeaders };
}

function rowsJson({ fields, values }: TriedRows) {
  return values.map((row) => ({
    fields: Object.fromEntries(fields.map((field, index) => [field, row[index]])),
  }));
}
