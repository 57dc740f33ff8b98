import type { Finding } from '../../../core/finding.ts';
import type { CommandIo } from '../../command-io.ts';
import { githubReport } from './finding-github.ts';
import { jsonReport } from './finding-json.ts';
import type { FindingReport } from './finding-report.ts';
import { textReport } from './finding-text.ts';
import { styleFor } from '../style.ts';
import { wrapWidth } from '../wrap.ts';

export const REPORT_FORMATS = ['text', 'json', 'github'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/**
 * Writes the report to stdout and sets the exit status of the command.
 * @param redact removes secrets before lines are wrapped: a secret that is split across lines would not be recognized
 */
export function writeReport(
  report: FindingReport,
  format: ReportFormat,
  io: CommandIo,
  redact: (text: string) => string = (text) => text,
): void {
  const clean = { ...report, findings: report.findings.map((finding) => redacted(finding, redact)) };
  const { stdout, env } = io;
  const write = {
    text: () => textReport(clean, styleFor(stdout, env.noColor), wrapWidth(stdout)),
    json: () => jsonReport(clean),
    github: () => githubReport(clean),
  };
  stdout.write(write[format]());
  io.exit(report.exitStatus);
}

function redacted(finding: Finding, redact: (text: string) => string): Finding {
  const message = redact(finding.message);
  return 'fix' in finding ? { ...finding, message, fix: redact(finding.fix) } : { ...finding, message };
}
