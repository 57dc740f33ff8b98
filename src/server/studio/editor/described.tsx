/** A description of the schema, with what is between backticks as code. Its first sentence is always visible. */
export function Described({ text }: { readonly text: string }) {
  const end = endOfSentence(text);
  const rest = text.slice(end).trim();
  return (
    <>
      <WithCode text={text.slice(0, end)} />
      {rest !== '' && (
        <details class="more">
          <summary>More</summary>
          <WithCode text={rest} />
        </details>
      )}
    </>
  );
}

export function WithCode({ text }: { readonly text: string }) {
  const parts = text.split('`');
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

/** After the first full stop that is not inside of code. */
function endOfSentence(text: string): number {
  let isCode = false;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '`') isCode = !isCode;
    if (!isCode && text[index] === '.' && (text[index + 1] ?? ' ') === ' ') return index + 1;
  }
  return text.length;
}
