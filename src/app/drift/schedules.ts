import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { placeText } from '../../definitions/problem.ts';
import type { Schedulable } from '../../schedules/schedulable.ts';
import { compareHelmValues } from '../generate/helm-values.ts';
import { compareKestra } from '../generate/kestra.ts';
import { readSchedulables } from '../generate/schedulables.ts';
import type { Comparer, DriftContext } from './comparer.ts';
import { scopeOfAll, thrownOutcome, type DriftFinding } from './drift-finding.ts';

/** A file or folder that `generate` writes, and how it is compared with the definitions. */
interface Generated {
  readonly name: string;
  readonly given: (context: DriftContext) => string | undefined;
  /** Where it is unless the option names another place; the first that exists. */
  readonly places: readonly string[];
  readonly option: string;
  readonly compare: (
    definitions: readonly Schedulable[],
    path: string,
    place: ShownPlace,
  ) => Promise<readonly Finding<ErrorCode>[]>;
}

/** A path as findings show it, and the directory that it is relative to. */
interface ShownPlace {
  readonly shownAs: string;
  readonly cwd: string;
}

/** Compares the flows of Kestra with the definitions. */
export const kestraComparer = generatedComparer({
  name: 'kestra',
  given: ({ kestraFlows }) => kestraFlows,
  places: ['kestra/flows'],
  option: '--kestra-flows',
  compare: compareKestra,
});

/** Compares the schedules in the values of the Helm chart with the definitions. */
export const helmComparer = generatedComparer({
  name: 'helm',
  given: ({ helmValues }) => helmValues,
  places: ['values.yaml'],
  option: '--helm-values',
  compare: compareHelmValues,
});

function generatedComparer(generated: Generated): Pick<Comparer, 'compare'> {
  return {
    async compare(context, signal) {
      try {
        return await compareGenerated(generated, context);
      } catch (thrown) {
        signal.throwIfAborted();
        return [{ ...scopeOfAll(generated.name), ...thrownOutcome(thrown, []) }];
      }
    },
  };
}

async function compareGenerated(
  { name, given, places, option, compare }: Generated,
  context: DriftContext,
): Promise<DriftFinding[]> {
  const scope = scopeOfAll(name);
  const place = given(context) ?? places.find((path) => existsSync(resolve(context.cwd, path)));
  if (place === undefined) {
    const message = `Not compared: there is no ${places.join(' and no ')} here. Name another place with ${option}.`;
    return [{ ...scope, status: 'skip', message }];
  }
  if (!existsSync(resolve(context.cwd, place))) {
    throw new BridgeError('DRIFT_FILE_UNREADABLE', `${place} does not exist.`, {
      hint: `Correct the path after ${option}; it is relative to the working directory.`,
    });
  }
  const definitions = await readSchedulables([context.connectorsPath], context);
  const found = await compare(definitions, resolve(context.cwd, place), {
    shownAs: place,
    cwd: context.cwd,
  });
  if (found.some(({ status }) => status !== 'ok')) return found.map((finding) => driftOf(name, finding));
  return [{ ...scope, status: 'ok', message: `${place} is what \`generate\` writes for the definitions.` }];
}

function driftOf(name: string, finding: Finding<ErrorCode>): DriftFinding {
  const { comparer, connector } = scopeOfAll(name);
  const { place } = finding;
  // A person sees the place in the subject, as for pages of Markdown.
  const subject = place === undefined ? `${name} ${finding.subject}` : `${name} ${placeText(place)}`;
  const scope = { comparer, connector, subject, ...(place && { place }) };
  const message =
    place === undefined || finding.subject === ''
      ? finding.message
      : `${finding.subject}: ${finding.message}`;
  switch (finding.status) {
    case 'ok':
    case 'skip':
      return { ...scope, status: finding.status, message };
    case 'warn':
    case 'drift':
      return { ...scope, status: finding.status, message, fix: finding.fix };
    case 'fail': {
      const { fix, code } = finding;
      return {
        ...scope,
        status: 'fail',
        message,
        fix,
        code,
      };
    }
  }
}
