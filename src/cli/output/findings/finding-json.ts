import { EXIT } from '../../../core/exit-status.ts';
import type { Finding, FindingStatus } from '../../../core/finding.ts';
import type { FindingReport } from './finding-report.ts';
import { jsonLine } from '../json-output.ts';

/** Formats the report for a program, as one object on one line. */
export function jsonReport({ findings, exitStatus, ownKeys, listName }: FindingReport): string {
  const count = (status: FindingStatus) => findings.filter((finding) => finding.status === status).length;
  const entries = findings.map(entryOf);
  const report = {
    ok: exitStatus === EXIT.done,
    exitStatus,
    passed: count('ok'),
    warnings: count('warn'),
    drifts: count('drift'),
    failures: count('fail'),
    skipped: count('skip'),
    ...ownKeys,
    findings: entries,
    ...(listName === undefined ? {} : { [listName]: entries }),
  };
  return jsonLine(report);
}

/** Every key is always present, so that a reader need not check for it; keys of a single command are kept as they are. */
function entryOf({ place, ...finding }: Finding): Record<string, unknown> {
  return {
    fix: null,
    code: null,
    ...finding,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
  };
}
