import { checkDefinitionText } from '../../../definitions/files/check-definitions.ts';
import type { Problem } from '../../../definitions/problem.ts';
import { readPolicy } from '../../../policy/read-policy.ts';
import type { Comparer, DriftContext } from '../comparer.ts';
import { scopeOfAll, thrownOutcome, type DriftFinding } from '../drift-finding.ts';
import type { CodeBlock } from './markdown.ts';
import { readPages, type Page } from './pages.ts';

const NAME = 'examples';

/** Validates the definitions in blocks of YAML in Markdown, if they are whole. Files of definitions are for `validate`. */
export const examplesComparer: Pick<Comparer, 'compare'> = {
  async compare(context, signal) {
    try {
      const found = await compareExamples(context);
      signal.throwIfAborted();
      return found;
    } catch (thrown) {
      signal.throwIfAborted();
      return [{ ...scopeOfAll(NAME), ...thrownOutcome(thrown, []) }];
    }
  },
};

async function compareExamples({ docsPaths, cwd }: DriftContext): Promise<DriftFinding[]> {
  return examplesIn(await readPages(docsPaths, cwd));
}

/** Validates the whole definitions in pages. */
export async function examplesIn(pages: readonly Page[]): Promise<DriftFinding[]> {
  const examples = pages.flatMap((page) => examplesOf(page));
  if (examples.length === 0) {
    return [
      { ...scopeOfAll(NAME), status: 'skip', message: 'No page of Markdown shows a whole definition.' },
    ];
  }
  const problems: Problem[] = [];
  for (const example of examples) problems.push(...(await problemsOf(example)));
  if (problems.length > 0) return problems.map(findingOf);
  const count = examples.length === 1 ? '1 definition' : `${examples.length} definitions`;
  return [{ ...scopeOfAll(NAME), status: 'ok', message: `${count} in Markdown can be used as shown.` }];
}

interface Example extends CodeBlock {
  readonly file: string;
  readonly isPolicy: boolean;
}

/** A block with `apiVersion` and `kind` at the beginnings of lines is a whole definition; other blocks are parts of one. */
function examplesOf({ file, blocks }: Page): Example[] {
  return blocks
    .filter(({ language, text }) => /^ya?ml$/.test(language) && isOurs(text) && /^kind: /m.test(text))
    .map((block) => ({ ...block, file, isPolicy: /^kind: ["']?Policy\b/m.test(block.text) }));
}

function isOurs(text: string): boolean {
  return /^apiVersion: ["']?sync\.gemini\.io\//m.test(text);
}

async function problemsOf({ file, line, text, isPolicy }: Example): Promise<Problem[]> {
  const policy = isPolicy ? readPolicy(text, file) : undefined;
  const inText = policy === undefined ? (await checkDefinitionText(file, text)).problems : problemsIn(policy);
  return inText.map((problem) => ({
    ...problem,
    place: { ...problem.place, line: (problem.place.line ?? 1) + line - 1 },
  }));
}

function problemsIn(reading: ReturnType<typeof readPolicy>): readonly Problem[] {
  return 'problems' in reading ? reading.problems : [];
}

function findingOf({ status, place, subject, message, fix }: Problem): DriftFinding {
  return {
    ...scopeOfAll(NAME),
    subject: `${NAME} ${place.file}:${place.line ?? 1}`,
    place,
    status: status === 'warn' ? 'warn' : 'drift',
    message: subject === '' ? message : `${subject}: ${message}`,
    fix: `Write: ${fix}`,
  };
}
