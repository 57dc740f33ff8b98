import type { FastifySchemaValidationError } from 'fastify';

/** The limit for a name that the client chose. */
const NAME_CHARACTERS_MAX = 100;

/**
 * Describes what is wrong with a request, and in which field.
 * @param part `querystring`, `params`, `headers` or `body`
 */
export function schemaProblem(problems: readonly FastifySchemaValidationError[], part: string): Error {
  const [problem] = problems;
  if (problem === undefined) return new Error(`${part} is not what this route takes`);
  const { instancePath, message = 'is not what this route takes', params } = problem;
  return new Error(`${part}${instancePath} ${message}${named(params)}`);
}

/** Adds the names that the validator's message omits. */
function named({ additionalProperty, allowedValues }: FastifySchemaValidationError['params']): string {
  if (typeof additionalProperty === 'string')
    return `: ${JSON.stringify(additionalProperty.slice(0, NAME_CHARACTERS_MAX))}`;
  return Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : '';
}
