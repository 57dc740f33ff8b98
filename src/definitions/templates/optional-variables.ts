import {
  CaseTag,
  IfTag,
  toValueSync,
  TypeGuards,
  UnlessTag,
  Value,
  type Template,
  type Token,
} from 'liquidjs';

/** The variables whose absence a template handles: a condition tests them, or `default` is their first filter. */
export function optionalVariables(parsed: readonly Template[], variables: readonly string[]): string[] {
  const found = new Set(parsed.flatMap((template) => [...optionalIn(template)]));
  return variables.filter((name) => found.has(name));
}

function* optionalIn(template: Template): Generator<string> {
  const isCondition =
    template instanceof IfTag || template instanceof UnlessTag || template instanceof CaseTag;
  for (const argument of template.arguments?.() ?? []) {
    if (!(argument instanceof Value)) continue;
    if (isCondition || argument.filters[0]?.name === 'default') yield* namesIn(argument.initial.postfix);
  }
  if (template.children === undefined) return;
  for (const child of toValueSync<Template[]>(template.children(false, true))) yield* optionalIn(child);
}

function* namesIn(tokens: readonly Token[]): Generator<string> {
  for (const token of tokens) {
    if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) continue;
    const [name] = token.props;
    if (name !== undefined && 'content' in name && typeof name.content === 'string') yield name.content;
  }
}
