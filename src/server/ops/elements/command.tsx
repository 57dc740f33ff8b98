/** A command that is to be pasted into a shell. Lines break between its words. The button appears with the script. */
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
