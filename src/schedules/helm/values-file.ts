import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Pair,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import { entriesOf, type Entry } from './entries.ts';
import type { ValuesProblem, ValuesProblems } from './values-problem.ts';

export const JOBS_KEY = 'scheduleJobs';

/** `scheduleJobs:` in the root of a values file. */
type JobsPair = Pair<ParsedNode, ParsedNode | null>;

/** A values file, parsed with the places of everything. */
export interface ValuesFile {
  readonly text: string;
  readonly lines: LineCounter;
  /** All values, with aliases and merged maps resolved. */
  readonly values: unknown;
  /** Undefined if the file has no such key. */
  readonly pair: JobsPair | undefined;
  readonly entries: readonly Entry[];
}

/** Parses a values file and checks its `scheduleJobs`. Everything else in it may be anything. */
export function readValues(text: string): ValuesFile | ValuesProblems {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, keepSourceTokens: true, merge: true });
  // A text without a document is an empty array with properties of its own.
  const documents: readonly Document.Parsed[] = [...parsed];
  const [first, second] = documents;
  if (first === undefined) return { text, lines, values: null, pair: undefined, entries: [] };
  const problems = documents.flatMap((document) => syntaxProblems(document));
  if (problems.length > 0) return { problems };
  if (second !== undefined) {
    const { line } = lines.linePos(second.range[0]);
    return {
      problems: [
        problem(
          line,
          '',
          'A values file has one document, and this one has several.',
          'Remove the line `---`.',
        ),
      ],
    };
  }
  return readRoot(text, lines, first);
}

function readRoot(text: string, lines: LineCounter, document: Document.Parsed): ValuesFile | ValuesProblems {
  const { contents } = document;
  let values: unknown;
  try {
    values = document.toJS();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/\.$/, '') : String(thrown);
    return { problems: [problem(1, '', `An alias cannot be resolved: ${reason}.`, 'Correct the YAML.')] };
  }
  if (values === null) return { text, lines, values, pair: undefined, entries: [] };
  if (!isMap(contents)) {
    const { line } = lines.linePos(contents?.range[0] ?? 0);
    return {
      problems: [
        problem(
          line,
          '',
          'A values file is a mapping of keys to values.',
          `Write ${JOBS_KEY}: [], for example.`,
        ),
      ],
    };
  }
  const pair = pairOf(contents);
  if (pair === undefined) return { text, lines, values, pair, entries: [] };
  const list = pair.value;
  if (list === null || (isScalar(list) && list.value === null)) {
    return { text, lines, values, pair, entries: [] };
  }
  if (!isSeq<ParsedNode>(list)) {
    const { line } = lines.linePos(pair.key.range[0]);
    return {
      problems: [
        problem(
          line,
          JOBS_KEY,
          `${JOBS_KEY} must be a list.`,
          `Write ${JOBS_KEY}: [], or one entry per "- name: …".`,
        ),
      ],
    };
  }
  const entries = entriesOf(list, valueOf(values), lines);
  return 'problems' in entries ? entries : { text, lines, values, pair, ...entries };
}

function syntaxProblems({ errors }: Document.Parsed): ValuesProblem[] {
  return errors.map(({ message, linePos }) => {
    const [reason = ''] = message.split(/ at line \d+/);
    return problem(linePos?.[0].line ?? 1, '', `${reason.replace(/\.$/, '')}.`, 'Correct the YAML.');
  });
}

function problem(line: number, subject: string, message: string, fix: string): ValuesProblem {
  return { line, subject, message, fix };
}

function pairOf(root: YAMLMap<ParsedNode, ParsedNode | null>): JobsPair | undefined {
  return root.items.find(({ key }) => isScalar(key) && key.value === JOBS_KEY);
}

function valueOf(values: unknown): unknown {
  return typeof values === 'object' && values !== null ? Reflect.get(values, JOBS_KEY) : undefined;
}
