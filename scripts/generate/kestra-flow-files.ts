/** Makes kestra/flows/connectors/ from the definitions in connectors/, as `generate kestra` does. */
import process from 'node:process';
import { readSchedulables } from '../../src/app/generate/schedulables.ts';
import { withHeader } from '../../src/schedules/generated-file.ts';
import { kestraFlows } from '../../src/schedules/kestra/flows.ts';
import type { GeneratedPage } from './generated-page.ts';

export async function kestraFlowFiles(): Promise<GeneratedPage[]> {
  const place = { cwd: process.cwd(), policyFile: undefined };
  const { files, problems } = kestraFlows(await readSchedulables(['connectors'], place));
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.file}: ${problem.field}: ${problem.message}`);
  return files.map((file) => ({ path: `kestra/flows/${file.path}`, content: withHeader(file) }));
}
