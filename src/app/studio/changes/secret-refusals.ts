import { recognisedSecrets } from '../../../core/secrets/recognised-secrets.ts';

/**
 * Refuses what looks like a secret in texts that `validate` does not read: everyone who reads the repository would see it, and the
 * history of Git keeps it. @returns sentences, without the secrets
 */
export function secretRefusals(text: string | null, reason: string): string[] {
  const lines = (text ?? '').split(/\r\n|\r|\n/);
  const inComments = lines.flatMap((line, index) => {
    const start = line.startsWith('#') ? 0 : line.search(/\s#/);
    const [found] = start === -1 ? [] : recognisedSecrets(line.slice(start));
    return found === undefined
      ? []
      : [
          `The comment in line ${index + 1} has what looks like ${found.kind}. Remove it, and replace the secret.`,
        ];
  });
  const [inReason] = recognisedSecrets(reason);
  if (inReason === undefined) return inComments;
  return [...inComments, `The reason has what looks like ${inReason.kind}. Remove it.`];
}
