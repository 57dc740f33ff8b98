/** A command that is to be pasted into a shell. The button appears with the script. */
export function Command({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div class="command">
      <code tabindex={0} role="group" aria-label={label}>
        {text}
      </code>
      <button type="button" class="small when-scripted" data-copy={text} aria-label={`Copy: ${label}`}>
        Copy
      </button>
    </div>
  );
}
