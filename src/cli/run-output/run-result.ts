import type { BridgeError } from '../../core/errors.ts';
import type { CommandIo } from '../command-io.ts';
import { failureJson } from '../output/failure.ts';
import { jsonLine } from '../output/json-output.ts';
import { kestraFailure, kestraResult, unmarked } from './kestra-lines.ts';
import { styleFor } from '../output/style.ts';
import { wrapWidth } from '../output/wrap.ts';
import { summaryJson, summaryText, type SummaryOf } from './summary.ts';
import { isPretty } from '../output/pretty-log.ts';

/** Writes results of runs to stdout: as text for people, as one JSON object for a program, or as lines for Kestra. */
export function resultWriter(io: CommandIo, asJson: boolean) {
  const { redactor } = io.env;
  const forKestra = io.env.logFormat === 'kestra';
  return {
    done(summary: SummaryOf): void {
      if (asJson) io.stdout.write(jsonLine(summaryJson(summary)));
      const out = asJson ? io.stderr : io.stdout;
      const text = () => summaryText(summary, styleFor(out, io.env.noColor), wrapWidth(out));
      if (!asJson || isPretty(io)) out.write(forKestra ? unmarked(text()) : text());
      if (forKestra) io.stdout.write(kestraResult(summary));
    },
    /** @param connector null if its file did not load */
    failed(runId: string, connector: string | null, error: BridgeError): void {
      const failure = {
        runId,
        connector,
        status: 'FAILED',
        exitStatus: error.exit,
        error: failureJson(error),
      };
      if (asJson) io.stdout.write(redactor.redact(jsonLine(failure)));
      if (forKestra) io.stdout.write(kestraFailure(runId, { connector }, error, redactor));
    },
  };
}
