import { Option, type Command } from 'commander';
import { REPORT_FORMATS, type ReportFormat } from '../output/findings/write-report.ts';

/** The flags that `addReportOptions` adds. */
export interface ReportFlags {
  readonly format: ReportFormat;
  readonly json?: true;
}

/** Adds `--format` and its alias `--json` to a command that reports findings. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--format <format>',
        'text for people, json for programs, github for annotations of a pull request',
      )
        .choices(REPORT_FORMATS)
        .default('text'),
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'));
}

export function formatOf({ format, json }: ReportFlags): ReportFormat {
  return json === true ? 'json' : format;
}
