import type { ESLint } from 'eslint';

export const WORDING: readonly {
  readonly pattern: RegExp;
  readonly instead: string;
  readonly example: string;
  readonly commentsOnly?: boolean;
}[];

export const plainEnglish: ESLint.Plugin;
