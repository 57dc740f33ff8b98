import { toBridgeError } from '../../core/errors.ts';

interface Closable {
  close(): Promise<void>;
}

/** Registers an opened resource, to be closed when the work ends. */
export type CloseAtEnd = <Resource extends Closable>(resource: Resource) => Resource;

/**
 * Does work that opens resources one after another. They are closed in reverse order when it ends, even if a later one could
 * not be opened, and each is closed even if closing another one fails.
 * @throws BridgeError the error of the work, or the first error on closing; if the work failed, errors on closing are not
 *   reported
 */
export async function closingResources<Result>(
  work: (closeAtEnd: CloseAtEnd) => Promise<Result>,
): Promise<Result> {
  const opened: Closable[] = [];
  let result: Result;
  try {
    result = await work((resource) => {
      opened.push(resource);
      return resource;
    });
  } catch (thrown) {
    await closeAll(opened);
    throw thrown;
  }
  const [failure] = await closeAll(opened);
  if (failure !== undefined) throw toBridgeError(failure.reason);
  return result;
}

async function closeAll(opened: readonly Closable[]): Promise<{ readonly reason: unknown }[]> {
  const failures: { readonly reason: unknown }[] = [];
  for (const resource of opened.toReversed()) {
    try {
      await resource.close();
    } catch (reason) {
      failures.push({ reason });
    }
  }
  return failures;
}
