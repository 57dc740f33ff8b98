import type { BridgeError } from '../../core/errors.ts';
import type { CommandIo } from '../command-io.ts';
import { failureJson } from '../output/failure.ts';
import { jsonLine } from '../output/json-output.ts';
import { kestraFailure, kestraResult } from './kestra-lines.ts';
import { kestraResultMessages } from './kestra-messages.ts';
import { noticesOf } from './notices.ts';
import { PLAIN, styleFor } from '../output/style.ts';
import { wrapWidth } from '../output/wrap.ts';
import { summaryJson, summaryText, summaryWithoutNotices, type SummaryOf } from './summary.ts';
import { isPretty } from '../output/pretty-log.ts';

/** Writes results of runs to stdout: as text for people, as one JSON object for a program, or as lines for Kestra. */
export function resultWriter(io: CommandIo, asJson: boolean) {
  const { redactor } = io.env;
  const forKestra = io.env.logFormat === 'kestra';
  return {
    done(summary: SummaryOf): void {
      if (asJson) io.stdout.write(jsonLine(summaryJson(summary)));
      if (forKestra) {
        const text = asJson ? undefined : summaryWithoutNotices(summary, PLAIN);
        io.stdout.write(kestraResultMessages(noticesOf(summary), text, redactor));
        io.stdout.write(kestraResult(summary));
        return;
      }
      const out = asJson ? io.stderr : io.stdout;
      if (asJson && !isPretty(io)) return;
      out.write(summaryText(summary, styleFor(out, io.env.noColor), wrapWidth(out)));
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
