import type { ComponentChildren } from 'preact';

interface CardsTable {
  readonly caption: string;
  /** One `th` for each column. */
  readonly headings: ComponentChildren;
  /** The rows. */
  readonly children: ComponentChildren;
}

/** A table in a region that scrolls; on a narrow screen each row is a card. */
export function CardsTable({ caption, headings, children }: CardsTable) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={`Table of ${caption.toLowerCase()}`}>
      <table class="cards">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>{headings}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
