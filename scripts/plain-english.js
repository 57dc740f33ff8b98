/**
 * The wording that comments and strings of the program must not use, because a native reader stumbles over it. A pattern belongs
 * here only if it matches no correct English. The example is text that it must find.
 */
export const WORDING = [
  { pattern: /\b(nobody|somebody|whoever)\b/i, instead: 'name the actor', example: 'from whoever asks' },
  { pattern: /\b(is|are) at work\b/i, instead: 'in progress', example: 'another run is at work' },
  { pattern: /\banew\b/i, instead: 'again', example: 'the index is built anew' },
  { pattern: /\ball the same\b/i, instead: 'nevertheless', example: 'it is sent all the same' },
  {
    pattern: /\b(for|only) so (long|many|often)\b/i,
    instead: 'how long, how many or how often',
    example: 'for so long a push is kept',
  },
  {
    pattern: /(?<!\bthere )\b(is|are|was|were) no (JSON|text|string|array|object|number)\b/i,
    instead: '"is not JSON", "is not a string"',
    example: 'this is no JSON',
  },
  { pattern: /\bbehind the (last|end)\b/i, instead: 'after', example: 'false behind the last item' },
  {
    pattern: /^Of (the|a|an|all|this|these)\b/,
    instead: 'a sentence that starts with its subject',
    example: 'Of the rows, one.',
    commentsOnly: true,
  },
  {
    pattern: /\b(broke|breaks?|broken) off\b/i,
    instead: 'aborted or interrupted',
    example: 'the body broke off',
  },
  { pattern: /\bhalf pairs?\b/i, instead: 'lone surrogate', example: 'a half pair' },
  { pattern: /\b(sendings|standings)\b/i, instead: 'delivery or status', example: 'the sendings of a run' },
  { pattern: /\bpoison/i, instead: 'unusable', example: 'a poisoned line' },
  { pattern: /\bunfold(s|ed|ing)?\b/i, instead: 'unpack', example: 'unfolded events' },
];

/** @type {import('eslint').Rule.RuleModule} */
const wording = {
  meta: { type: 'suggestion', messages: { wording: '"{{found}}" is not plain English; write {{instead}}.' } },
  create(context) {
    /** @param {string} text */
    const check = (text, loc, isComment = false) => {
      for (const { pattern, instead, commentsOnly = false } of WORDING) {
        if (commentsOnly && !isComment) continue;
        const found = pattern.exec(text)?.[0];
        if (found !== undefined) context.report({ loc, messageId: 'wording', data: { found, instead } });
      }
    };
    return {
      Program() {
        for (const { value, loc } of context.sourceCode.getAllComments()) {
          // The asterisks at the beginning of its lines are not part of a comment's sentences.
          const lines = value.split('\n').map((line) => line.trim().replace(/^\*\s*/, ''));
          check(lines.join(' ').trim(), loc, true);
        }
      },
      Literal({ value, loc }) {
        if (typeof value === 'string') check(value, loc);
      },
      TemplateElement: ({ value, loc }) => check(value.cooked ?? value.raw, loc),
      JSXText: ({ value, loc }) => check(value.replace(/\s+/g, ' '), loc),
    };
  },
};

export const plainEnglish = { rules: { wording } };
