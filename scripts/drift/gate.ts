import process from 'node:process';
import { readEnvironment } from '../../src/cli/environment/environment.ts';
import { summaryOf } from '../../src/cli/output/findings/finding-report.ts';
import {
  REPORT_FORMATS,
  writeReport,
  type ReportFormat,
} from '../../src/cli/output/findings/write-report.ts';
import type { Finding } from '../../src/core/finding.ts';
import { isUsageError, UsageError } from './usage-error.ts';
import { EXIT } from '../../src/core/exit-status.ts';

/** The option that every gate takes, for `parseArgs`. */
export const FORMAT_OPTION = { format: { type: 'string', default: 'text' } } as const;

/** @throws UsageError naming the formats */
export function formatNamed(name: string): ReportFormat {
  const format = REPORT_FORMATS.find((each) => each === name);
  if (format === undefined) {
    throw new UsageError(`Unknown format "${name}". Known: ${REPORT_FORMATS.join(', ')}.`);
  }
  return format;
}

interface Gate {
  readonly format: ReportFormat;
  readonly find: () => Promise<readonly Finding[]>;
}

/**
 * Runs a gate of CI, reports what it finds, and sets the exit status of the process: 0 for nothing, 65 for drift, 2 for a wrong
 * command line.
 * @param read reads the command line
 * @param passed what is true if nothing is found
 */
export async function runGate(read: () => Gate, passed: string): Promise<void> {
  try {
    const { format, find } = read();
    report(await find(), format, passed);
  } catch (thrown) {
    if (!isUsageError(thrown)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    process.exitCode = EXIT.usage;
  }
}

function report(found: readonly Finding[], format: ReportFormat, passed: string): void {
  const findings: readonly Finding[] =
    found.length > 0 ? found : [{ status: 'ok', subject: '', message: passed }];
  const drifted = findings.some(({ status }) => status === 'drift' || status === 'fail');
  const io = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: readEnvironment(),
    cwd: process.cwd(),
    exit: (status: number) => {
      process.exitCode = status;
    },
  };
  writeReport(
    {
      findings,
      exitStatus: drifted ? EXIT.badData : EXIT.done,
      byFile: true,
      summary: summaryOf(findings, ['drift']),
    },
    format,
    io,
  );
}
