import type { OpsError } from '../../../app/ops/model.ts';

/** Whether it helps to run again; nothing for a code that this version does not know. */
export function Retry({ error: { retryable } }: { readonly error: OpsError }) {
  if (retryable === null) return null;
  return (
    <>
      {retryable
        ? 'Running it again can help, without any change.'
        : 'Running it again does not help until something is changed.'}
    </>
  );
}
