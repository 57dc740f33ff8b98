import { toBridgeError } from '../../core/errors.ts';

interface Closable {
  close(): Promise<void>;
}

/** Takes over what was opened, to close it when the work ends. */
export type CloseAtEnd = <Resource extends Closable>(resource: Resource) => Resource;

/**
 * Does work that opens resources one after another. They are closed in reverse order when it ends, also when a later one could
 * not be opened, and each of them also when another one cannot be closed.
 * @throws BridgeError what the work throws, or the first failure to close; after a failure of the work, which is the cause, that is
 * not reported
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
