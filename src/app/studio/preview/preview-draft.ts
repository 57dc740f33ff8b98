import { splitSql, type SqlDialect } from '../../../definitions/connector/sql/sql-text.ts';
import { isConnector } from '../../../definitions/connector/schema/schema.ts';
import { isSqlSource, type Connector } from '../../../definitions/connector/types.ts';
import { valueAt } from '../../../definitions/draft.ts';
import { problemLine, type Problem } from '../../../definitions/problem.ts';
import { BridgeError } from '../../../core/errors.ts';
import { checkTextUnderPolicy, type PolicyPlace } from '../../catalog/policy.ts';
import { PREVIEW_DRAFT_BYTES_MAX } from '../../limits.ts';
import { requireSelectOnly } from './select-only.ts';

const FILE = 'draft.yaml';

/** Parts of `spec` that reading columns does not need, with values for a draft in which they are not written yet. */
const UNNEEDED_FOR_COLUMNS: Readonly<Record<string, object>> = {
  mapping: { idField: 'id', titleField: 'id', contentTemplate: '-' },
  output: { bucket: 'gs://not-used', prefix: 'not-used', format: 'ndjson' },
  gemini: { projectId: 'not-used', location: 'global', dataStoreId: 'not-used' },
  reconciliation: { deletePolicy: 'never_delete' },
};

/**
 * The connector of a draft, if previews may use it. For its columns, only its source must be valid.
 * @throws BridgeError CONNECTOR_INVALID, POLICY_INVALID, POLICY_REFUSED or PREVIEW_REFUSED
 */
export async function connectorOfDraft(
  text: string,
  purpose: 'columns' | 'documents',
  place: PolicyPlace,
): Promise<Connector> {
  if (Buffer.byteLength(text) > PREVIEW_DRAFT_BYTES_MAX) {
    throw new BridgeError('PREVIEW_REFUSED', `The draft has more than ${PREVIEW_DRAFT_BYTES_MAX} bytes.`, {
      hint: 'Shorten it: previews are for a single connector.',
    });
  }
  const { value, problems } = await checkTextUnderPolicy(FILE, text, place);
  const errors = problems.filter(({ status }) => status === 'fail');
  const needed = purpose === 'columns' ? errors.filter(isAboutSource) : errors;
  if (needed.length > 0) throw invalid(needed);
  const connector = purpose === 'columns' && errors.length > 0 ? withoutUnneeded(value) : value;
  if (!isConnector(connector)) throw invalid(errors);
  requirePreviewable(connector);
  return connector;
}

function isAboutSource({ subject, code }: Problem): boolean {
  const isUnneeded = Object.keys(UNNEEDED_FOR_COLUMNS).some((key) => {
    const path = `spec.${key}`;
    return subject === path || subject.startsWith(`${path}.`);
  });
  return !isUnneeded || code === 'policy_refused' || code === 'secret_in_file';
}

function withoutUnneeded(value: unknown): unknown {
  const spec = valueAt(value, 'spec');
  if (typeof value !== 'object' || value === null || typeof spec !== 'object' || spec === null) return value;
  return { ...value, spec: { ...spec, ...UNNEEDED_FOR_COLUMNS } };
}

function invalid(problems: readonly Problem[]): BridgeError {
  const refused = problems.length > 0 && problems.every(({ code }) => code === 'policy_refused');
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new BridgeError(
    refused ? 'POLICY_REFUSED' : 'CONNECTOR_INVALID',
    [`The draft has ${count}:`, ...problems.map(problemLine)],
    { hint: 'Correct the draft, then test it again.' },
  );
}

/** @throws BridgeError PREVIEW_REFUSED */
function requirePreviewable({ spec: { source } }: Connector): void {
  if (!isSqlSource(source)) return;
  if (source.thick === true) {
    throw new BridgeError(
      'PREVIEW_REFUSED',
      'Previews do not load native code, so source.thick is refused.',
      {
        hint: 'Remove source.thick, or test the connector on the command line with: gemini-sync-bridge doctor --connector FILE',
      },
    );
  }
  requireOneSelect('source.query', source.query, source.type);
  if (source.unchangedQuery !== undefined)
    requireOneSelect('source.unchangedQuery', source.unchangedQuery, source.type);
}

/** @throws BridgeError PREVIEW_REFUSED */
function requireOneSelect(field: string, query: string, dialect: SqlDialect): void {
  const pieces = splitSql(query, dialect);
  const code = pieces.filter(({ kind }) => kind === 'code').map(({ text }) => text.replace(/\s+/g, ' '));
  const rest = pieces
    .map(({ kind, text }) => (kind === 'code' || endsEarly(text) ? text : kind === 'comment' ? ' ' : ' x '))
    .join('');
  if (code.length === 0 || /;\s*[^;\s]/.test(rest)) {
    throw new BridgeError('PREVIEW_REFUSED', `${field} has several statements, and previews run only one.`, {
      hint: 'Write one SELECT.',
    });
  }
  requireSelectOnly(dialect, query, rest, field);
}

/** Whether a server could see the end of a comment before the last line break. */
function endsEarly(piece: string): boolean {
  return piece.startsWith('--') && /[\r\u0085\u2028\u2029]./s.test(piece);
}
