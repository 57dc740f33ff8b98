import { BridgeError } from '../../../core/errors.ts';
import { explainDocument, type ExplainContext } from '../../explain/explain.ts';
import { explanationRows, type Row } from '../../explain/explanation-rows.ts';
import { advice, headline, type Emphasis } from '../../explain/messages.ts';
import { OPS_EXPLAIN_AT_ONCE, OPS_EXPLAIN_MS } from '../../limits.ts';
import { runCommandLine } from '../../run/process/run-command-line.ts';
import { printable } from '../../../core/text/printable.ts';
import type { Connector } from '../../../definitions/connector/types.ts';

/** What is known about a document, as `explain` reports it. */
export interface DocumentReport {
  readonly headline: string;
  readonly groups: readonly (readonly Row[])[];
  /** What to do next: sentences, and commands that begin with the name of the program. */
  readonly advice: readonly string[];
}

/** Why there is no report: the id does not belong to the connector, or too many lookups are in progress. */
export interface NoReport {
  readonly problem: string;
  readonly hint: string;
}

interface Asked {
  readonly file: string;
  readonly connector: Connector;
  /** The document's id, its id in the API, or the key of its row in the source. */
  readonly doc: string;
  /** Whether the runs of the connector are `--local` runs. */
  readonly local: boolean;
}

/** @throws BridgeError STATE_* */
export type DocumentLookup = (asked: Asked) => Promise<DocumentReport | NoReport>;

/** Looks up documents with a limited number of lookups at the same time, each of which reads artifacts for a limited time. */
export function openDocumentLookup(context: Omit<ExplainContext, 'signal'>): DocumentLookup {
  let inProgress = 0;
  return async ({ file, connector, doc, local }) => {
    if (inProgress >= OPS_EXPLAIN_AT_ONCE) return BUSY;
    inProgress += 1;
    try {
      const signal = AbortSignal.timeout(OPS_EXPLAIN_MS);
      const explanation = await explainDocument(
        connector,
        { doc, local, path: file },
        { ...context, signal },
      );
      const explained = { explanation, local, run: runCommandLine(file, local) };
      const name = printable(explanation.docId ?? explanation.apiId);
      return {
        headline: headline(explained, name, PLAIN),
        groups: explanationRows(explanation, local).filter((rows) => rows.length > 0),
        advice: advice(explained),
      };
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || thrown.code !== 'USAGE') throw thrown;
      return { problem: thrown.message, hint: thrown.hint ?? '' };
    } finally {
      inProgress -= 1;
    }
  };
}

const BUSY: NoReport = {
  problem: 'Other lookups of documents are in progress.',
  hint: 'Look it up again in some seconds.',
};

const same = (words: string) => words;
const PLAIN: Emphasis = { good: same, bad: same, doubtful: same };
