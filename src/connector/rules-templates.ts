import { textAt } from './draft.ts';
import type { Finding } from './problem.ts';
import { compileTemplate, TemplateSyntaxError } from './templates.ts';

export const TEMPLATE_PATHS = ['spec.mapping.contentTemplate', 'spec.mapping.uriTemplate'] as const;

/** The variables of the template at a path; undefined when there is none or it cannot be compiled. */
export function variablesAt(connector: unknown, path: string): readonly string[] | undefined {
  const source = textAt(connector, path);
  if (source === undefined) return undefined;
  try {
    return compileTemplate(source).variables;
  } catch (thrown) {
    if (thrown instanceof TemplateSyntaxError) return undefined;
    throw thrown;
  }
}

/** Every template compiles. */
export function templateFindings(connector: unknown): Finding[] {
  return TEMPLATE_PATHS.flatMap((path) => {
    const source = textAt(connector, path);
    if (source === undefined) return [];
    try {
      compileTemplate(source);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof TemplateSyntaxError)) throw thrown;
      return [
        {
          code: 'template_syntax',
          path,
          lineInText: thrown.line,
          message: `The template is wrong at its line ${thrown.line}, column ${thrown.column}: ${thrown.message}.`,
          fix: '{{ field }} for a value, {{ field | default: "none" }} with a filter, {% if field %}…{% endif %}',
        },
      ];
    }
  });
}
