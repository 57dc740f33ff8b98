import { problemAt, type Problem } from '../definitions/problem.ts';
import { readYaml } from '../definitions/yaml/yaml.ts';
import type { Policy } from './policy.ts';
import { isPolicy, policyShapeFindings } from './schema.ts';

/** A policy, or all problems of its file. */
export type PolicyReading = { readonly policy: Policy } | { readonly problems: readonly Problem[] };

/** Reads a policy's text. Never throws for an invalid file. @param file its name, for messages */
export function readPolicy(text: string, file: string): PolicyReading {
  const reading = readYaml(text);
  const ofText = reading.problems.map(({ line, column, ...problem }) =>
    problemAt({ file, line, column }, { ...problem, ...POLICY_WORDS[problem.code] }),
  );
  if (ofText.length > 0) return { problems: ofText };
  if (isPolicy(reading.value)) return { policy: { file, rules: reading.value.rules } };
  const problems = policyShapeFindings(reading.value)
    .map((finding) => ({ finding, place: reading.locate(finding.path) }))
    .sort((left, right) => left.place.line - right.place.line)
    .map(({ finding, place }) => problemAt({ file, ...place }, finding));
  return { problems };
}

/** Replaces messages of the YAML reader that mention connectors. */
const POLICY_WORDS: Readonly<Partial<Record<Problem['code'], Pick<Problem, 'message' | 'fix'>>>> = {
  yaml_empty: {
    message: 'The file is empty or contains only comments.',
    fix: 'a policy, starting with apiVersion: sync.gemini.io/v1alpha1 and kind: Policy',
  },
  yaml_documents: {
    message: 'The file contains several YAML documents; a policy is one.',
    fix: 'one document, without the line ---',
  },
  yaml_alias: {
    message: 'This is a reference (*name) to another place in the file, which a policy may not use.',
    fix: 'the value itself',
  },
};
