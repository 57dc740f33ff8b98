import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT, stepsOf, textOf, WORKFLOW_FILES, workflowOf, type Step } from './workflow-files.ts';

const there = (path: string) => existsSync(join(ROOT, path));
/** A job that runs longer hangs. */
const MINUTES_MAX = 60;
const ours = WORKFLOW_FILES.filter((path) => path.startsWith('.github'));

const runsOf = (path: string): Step[] => stepsOf(workflowOf(path)).filter(({ run }) => run !== undefined);

function npmScripts(folder: string): string[] {
  const path = join(folder, 'package.json');
  const { scripts } = JSON.parse(textOf(path)) as { scripts: Record<string, string> };
  return Object.keys(scripts);
}

/** Every action that a file uses, with the comment after it. */
function usesOf(path: string) {
  return [...textOf(path).matchAll(/^ *(?:- )?uses: (\S+)(?: # (.+))?$/gm)].map(
    ([, action = '', comment]) => ({
      action,
      comment,
    }),
  );
}

describe('the workflows', () => {
  test.each([...WORKFLOW_FILES, 'action.yml'])('pin every action by its commit: %s', (path) => {
    const remote = usesOf(path).filter(({ action }) => !action.startsWith('./'));
    expect(remote.length).toBeGreaterThan(0);
    for (const { action, comment } of remote) {
      expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^v\d+\.\d+\.\d+$/);
    }
  });

  test('pin one action by one commit everywhere', () => {
    const pins = new Map<string, Set<string>>();
    for (const { action } of [...WORKFLOW_FILES, 'action.yml'].flatMap(usesOf)) {
      const [name = '', commit = ''] = action.split('@');
      pins.set(name, (pins.get(name) ?? new Set()).add(commit));
    }
    expect([...pins].filter(([, commits]) => commits.size > 1)).toEqual([]);
  });

  test.each(WORKFLOW_FILES)('may read the repository and nothing else by default: %s', (path) => {
    expect(workflowOf(path).permissions).toEqual({ contents: 'read' });
    expect(workflowOf(path).concurrency).toBeDefined();
  });

  test('give a job further permissions only to publish', () => {
    const writers = ours.flatMap((path) =>
      Object.entries(workflowOf(path).jobs)
        .filter(([, { permissions }]) => Object.values(permissions ?? {}).includes('write'))
        .map(([name]) => `${path} ${name}`),
    );
    expect(writers.sort()).toEqual([
      '.github/workflows/release.yml github-release',
      '.github/workflows/release.yml image',
      '.github/workflows/release.yml package',
      '.github/workflows/site.yml deploy',
    ]);
  });

  test.each(WORKFLOW_FILES)('bound the time of every job: %s', (path) => {
    // A called workflow bounds its own jobs.
    const jobs = Object.entries(workflowOf(path).jobs).filter(([, { uses }]) => uses === undefined);
    const unbounded = jobs.filter(([, job]) => !((job['timeout-minutes'] ?? Infinity) <= MINUTES_MAX));
    expect(unbounded.map(([name]) => name)).toEqual([]);
  });

  test.each(WORKFLOW_FILES)('leave no credentials in the checkout: %s', (path) => {
    const checkouts = stepsOf(workflowOf(path)).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  test.each(WORKFLOW_FILES)('insert no expression into a script: %s', (path) => {
    expect(runsOf(path).filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  test.each(ours)('name npm scripts that exist: %s', (path) => {
    const missing = runsOf(path).flatMap(({ run = '', 'working-directory': folder = '.' }) => {
      const known = npmScripts(folder);
      const used = [...run.matchAll(/npm run (?:--[\w-]+ )*([\w:-]+)/g)].map(([, name = '']) => name);
      return used.filter((name) => !known.includes(name));
    });
    expect(missing).toEqual([]);
  });

  test.each(ours)('name files that exist: %s', (path) => {
    const named = textOf(path).matchAll(
      /(?<![\w/.*-])(?:\.\/)?((?:\.ci|\.github|bin|scripts|helm|website|test)\/[\w./-]+)/g,
    );
    const built = /^website\/build$|\/$/;
    const missing = [...named]
      .map(([, file = '']) => file)
      .filter((file) => !built.test(file) && !there(file));
    expect(missing).toEqual([]);
  });

  test('are kept up to date by Dependabot, like the packages', () => {
    const { updates } = parse(textOf('.github/dependabot.yml')) as {
      updates: { 'package-ecosystem': string }[];
    };
    expect(updates.map((update) => update['package-ecosystem'])).toEqual(['github-actions', 'npm', 'docker']);
  });
});
