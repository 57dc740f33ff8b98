/** A visual progress bar; the text next to it contains the same information. */
export function Bar({ share }: { readonly share: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="track" width="100" height="4" />
      <rect class="done" width={Math.round(share * 1_000) / 10} height="4" />
    </svg>
  );
}
