import type { Flash } from '../../http/flash.ts';

/** The outcome of the last action. Without the script it is part of the page; the script shows it above the page. */
export function Toast({ flash }: { readonly flash: Flash | undefined }) {
  return (
    <div id="toast" class={`toast tone-${flash?.tone ?? 'good'}`} role="status" hidden={flash === undefined}>
      {flash !== undefined && (
        <>
          <p>{flash.text}</p>
          {flash.url !== undefined && (
            <p class="step-taken">
              <code>{flash.url}</code> → <code>{flash.next ?? 'end'}</code>
            </p>
          )}
          {flash.hint !== undefined && <p class="fix">{flash.hint}</p>}
        </>
      )}
    </div>
  );
}
