import { amount } from '../../../core/text/count-text.ts';
import { printable } from '../../../core/text/printable.ts';
import type { SearchHit, SearchResult } from '../../../knowledge/knowledge.ts';
import { SEARCH_EXCERPT_CHARACTERS } from '../../limits.ts';
import type { Style } from '../style.ts';
import { wrapIndented } from '../wrap.ts';

/** The result formatted for a program. */
export function searchJson({ embedder, method, hits }: SearchResult) {
  return {
    embedder,
    method,
    hits: hits.map((hit) => ({
      chunk_id: hit.chunkId,
      source_id: hit.sourceId,
      document_title: hit.documentTitle,
      uri: hit.uri,
      score: Number(hit.score.toFixed(SCORE_DIGITS)),
      content: hit.content,
    })),
  };
}

const SCORE_DIGITS = 4;
const SHOWN_SCORE_DIGITS = 2;

const METHODS: Readonly<Record<SearchResult['method'], string>> = {
  pgvector: 'index of pgvector',
  exact: 'every vector compared',
};

/**
 * Formats the results with the beginning of their texts, the best first.
 * @param columns the width of the terminal; infinite for other outputs
 */
export function searchText({ embedder, method, hits }: SearchResult, style: Style, columns: number): string {
  const by = style.dim(`embedder ${printable(embedder)}, ${METHODS[method]}`);
  const headline = hits.length === 0 ? 'No results' : amount(hits.length, 'result');
  const lines = [
    `${style.bold(headline)}  ${by}`,
    ...(hits.length === 0
      ? ['  Chunks are found only by the roles that may see them, and only in their tenant.']
      : hits.flatMap((hit) => ['', ...hitLines(hit, style)])),
  ];
  return `${wrapIndented(lines.join('\n'), columns)}\n`;
}

function hitLines({ score, documentTitle, uri, content }: SearchHit, style: Style): string[] {
  return [
    `${style.cyan(score.toFixed(SHOWN_SCORE_DIGITS))}  ${style.bold(printable(documentTitle))}`,
    `      ${printable(excerpt(content))}`,
    ...(uri === null ? [] : [`      ${style.dim(printable(uri))}`]),
  ];
}

/** The beginning of a text on one line. */
function excerpt(content: string): string {
  const line = content.replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(line.slice(0, SEARCH_EXCERPT_CHARACTERS * 2));
  return characters.length <= SEARCH_EXCERPT_CHARACTERS
    ? line
    : `${characters.slice(0, SEARCH_EXCERPT_CHARACTERS).join('')}…`;
}
