import { scheduleFindings } from '../schedule/schedule-findings.ts';
import { duplicateNames } from '../files/duplicate-names.ts';
import type { DefinitionKind } from '../files/kind.ts';
import { documentFindings } from './rules/documents.ts';
import { listingFindings } from './rules/listing.ts';
import {
  credentialHeaderFindings,
  placeholderFindings,
  plaintextFindings,
  secretFindings,
} from './rules/secrets.ts';
import { isKnowledgeSource, shapeFindings } from './schema.ts';
import type { KnowledgeSource } from './types.ts';
import { knowledgeSourceUses } from './uses.ts';

/** How files of knowledge sources are checked. The same rules apply to rows of `kb_sources` that other programs insert. */
export const knowledgeSourceKind: DefinitionKind<KnowledgeSource> = {
  name: 'KnowledgeSource',
  invalid: 'KNOWLEDGE_SOURCE_INVALID',
  isShaped: isKnowledgeSource,
  expand: (value) => ({ value, preset: undefined, presetPath: '', paths: [], findings: [] }),
  shapeFindings,
  ruleFindings: (source, allowsInClear) => [
    ...scheduleFindings(source),
    ...listingFindings(source),
    ...documentFindings(source),
    ...secretFindings(source),
    ...placeholderFindings(source),
    ...credentialHeaderFindings(source),
    ...plaintextFindings(source, allowsInClear),
  ],
  uses: knowledgeSourceUses,
  secretHint: () => ({ who: 'a sync' }),
  setPaths: [],
  setFindings: (members) =>
    duplicateNames(
      members,
      'metadata.name',
      (other, name) => `${other} is a knowledge source of the name ${name} too; both would be one row.`,
    ),
};
