import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const ROOT = join(import.meta.dirname, '..', '..');
const WORKFLOWS = join('.github', 'workflows');

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly 'working-directory'?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job extends Step {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** The workflows of this repository, and the one of repositories that `init` makes. */
export const WORKFLOW_FILES = [
  ...readdirSync(join(ROOT, WORKFLOWS)).map((name) => join(WORKFLOWS, name)),
  join('templates', 'init', 'github', 'workflows', 'sync.yml'),
];

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export const workflowOf = (path: string): Workflow => parse(textOf(path)) as Workflow;

/** Jobs that call another workflow use it as a step does. */
export function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap((job) => [job, ...(job.steps ?? [])]);
}
