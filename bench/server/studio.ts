/**
 * Measures the server's work for one request of the editor, while a person types, as a ratio to the check of the same text by
 * `validate`: the edit, the check, the form and the page. The text is a connector of 500 lines, alone and
 * beside 500 other connectors.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDraftChecker, type DraftChecker } from '../../src/app/studio/check-draft.ts';
import { applySubmission } from '../../src/app/studio/editor/apply-submission.ts';
import { viewOf } from '../../src/app/studio/editor/editor.ts';
import { checkDefinitionText } from '../../src/definitions/files/check-definitions.ts';
import { editorPage } from '../../src/server/studio/editor/editor-page.tsx';

const ROUNDS = 60;
const LINES = 500;

const shipped = readFileSync('connectors/hr-employees.yaml', 'utf8');
const fields = Array.from(
  { length: LINES - shipped.split('\n').length },
  (_, index) => `      - f_${index}\n`,
);
const text = shipped.replace('    metadataFields:\n', `    metadataFields:\n${fields.join('')}`);
const draft = {
  id: 'bench',
  actorId: 'bench',
  intent: 'edit',
  connectorId: 'hr-employees',
  path: 'connectors/hr-employees.yaml',
  text,
  readableText: text,
  base: null,
  version: 1,
  createdAt: new Date(0).toISOString(),
  updatedAt: new Date(0).toISOString(),
} as const;

/** Checks drafts together with this number of other connectors. */
function checkerBeside(others: number) {
  const cwd = mkdtempSync(join(tmpdir(), 'bench-studio-'));
  mkdirSync(join(cwd, 'connectors'));
  for (let index = 0; index < others; index += 1) {
    const name = `other-${index}`;
    writeFileSync(join(cwd, 'connectors', `${name}.yaml`), shipped.replaceAll('hr-employees', name));
  }
  return openDraftChecker({ directory: 'connectors', policyFile: undefined, cwd });
}

async function request(draftChecker: DraftChecker, round: number): Promise<void> {
  const changed = new Map([['metadata.description', `typed ${round}`]]);
  const { text: edited, refused } = applySubmission(draft, { fields: changed, changedOnly: true });
  const view = await viewOf({ ...draft, text: edited }, { draftChecker }, refused);
  editorPage({
    view,
    viewer: { name: undefined, may: () => true },
    formToken: undefined,
    now: draft.updatedAt,
  });
}

async function medianMs(work: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await work(round);
    times.push(performance.now() - start);
  }
  return times.sort((one, other) => one - other)[ROUNDS / 2] ?? Number.NaN;
}

const validateMs = await medianMs(() => checkDefinitionText('connectors/hr-employees.yaml', text));
for (const others of [0, 500]) {
  const draftChecker = checkerBeside(others);
  const work = (round: number) => request(draftChecker, round);
  await medianMs(work);
  const requestMs = await medianMs(work);
  await draftChecker.close();
  const ratio = (requestMs / validateMs).toFixed(2);
  process.stdout.write(
    `${text.split('\n').length} lines beside ${others} connectors: request ${requestMs.toFixed(1)} ms, validate ${validateMs.toFixed(1)} ms, x validate ${ratio}\n`,
  );
}
