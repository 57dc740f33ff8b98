import type { FormField, FormProblem } from './form-model.ts';

/**
 * Gives each problem to the field that it is about: the field itself, else the field that contains it, else the first field of the
 * mapping that it names.
 */
export function withProblems(
  fields: readonly FormField[],
  problems: readonly FormProblem[],
): { readonly fields: readonly FormField[]; readonly others: readonly FormProblem[] } {
  const byField = new Map<FormField, FormProblem[]>();
  const others: FormProblem[] = [];
  for (const problem of problems) {
    const field = fieldOfProblem(fields, problem.subject);
    if (field === undefined) others.push(problem);
    else byField.set(field, [...(byField.get(field) ?? []), problem]);
  }
  return { fields: fields.map((field) => ({ ...field, problems: byField.get(field) ?? [] })), others };
}

function fieldOfProblem(fields: readonly FormField[], subject: string): FormField | undefined {
  if (subject === '') return undefined;
  return (
    fields.find(({ path }) => path === subject) ??
    fields.find(({ path }) => isBelow(subject, path)) ??
    fields.find(({ path }) => isBelow(path, subject))
  );
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}
