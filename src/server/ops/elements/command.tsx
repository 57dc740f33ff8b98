/** A command to paste into a shell. Lines break only between its words. The copy button is shown only when the script runs. */
export function Command({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div class="command">
      <code>
        {text.split(' ').flatMap((word, index) => [index === 0 ? '' : ' ', <span key={index}>{word}</span>])}
      </code>
      <button type="button" class="small when-scripted" data-copy={text} aria-label={`Copy: ${label}`}>
        Copy
      </button>
    </div>
  );
}
