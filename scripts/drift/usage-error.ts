/** The command line of a gate is wrong, or it names something that does not exist. */
export class UsageError extends Error {}

export function isUsageError(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error)) return false;
  return (
    thrown instanceof UsageError || ('code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS_'))
  );
}
