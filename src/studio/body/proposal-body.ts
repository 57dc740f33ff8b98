import { amount, count } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import type { ChangeNote } from '../changes/connector-change.ts';
import {
  PROPOSAL_BODY_CHARACTERS_MAX,
  PROPOSAL_REASON_CHARACTERS_MAX,
  PROPOSAL_REMARK_CHARACTERS_MAX,
  PROPOSAL_REMARKS_MAX,
  PROPOSAL_TITLE_CHARACTERS_MAX,
} from '../limits.ts';
import { changeCounts } from '../patch/unified-diff.ts';
import { PROPOSAL_VERBS, type ProposalAction } from '../proposal-action.ts';
import type { FileChange } from '../repository.ts';
import {
  documentsSentence,
  fateSentences,
  retireCommand,
  type DocumentsChoice,
  type DocumentsNow,
} from './documents-text.ts';
import { inertBlock, inertCode } from './inert-text.ts';

/** Counts of a dry run of the draft, and when it ended. */
interface PreviewCounts {
  readonly added: number;
  readonly changed: number;
  readonly deleted: number;
  /** Deletes that the guard would hold. */
  readonly held: number;
  /** ISO 8601. */
  readonly at: string;
}

export interface ProposalText {
  readonly connectorId: string;
  readonly action: ProposalAction;
  /** The file of the connector. */
  readonly path: string;
  readonly files: readonly FileChange[];
  readonly notes: readonly ChangeNote[];
  /** The lines of `validate` about the connector: warnings, because errors are never proposed. */
  readonly warnings: readonly string[];
  readonly advice: readonly string[];
  readonly documents: DocumentsNow | null;
  readonly documentsChoice: DocumentsChoice;
  readonly preview: PreviewCounts | null;
  /** The reason that the author gave; may be empty. */
  readonly reason: string;
  readonly proposedBy: string;
}

/** One line that starts with the verb. @param connectorId a valid name, so that it needs no escaping */
export function proposalTitle(action: ProposalAction, connectorId: string): string {
  return printable(`${PROPOSAL_VERBS[action]} connector ${connectorId}`).slice(
    0,
    PROPOSAL_TITLE_CHARACTERS_MAX,
  );
}

/**
 * The body of a pull request in Markdown. Texts of users are code in it, so none is a mention, a link, HTML or a keyword that closes an
 * issue. It has no rows and no secrets.
 */
export function proposalBody(text: ProposalText): string {
  for (const remarks of [PROPOSAL_REMARKS_MAX, 10, 3]) {
    const body = bodyWith(text, remarks);
    if (body.length <= PROPOSAL_BODY_CHARACTERS_MAX) return body;
  }
  return bodyWith({ ...text, reason: '' }, 0);
}

function bodyWith(text: ProposalText, remarks: number): string {
  const { connectorId, action, files, notes, advice, reason, proposedBy } = text;
  const sections = [
    `${PROPOSAL_VERBS[action]} the connector ${inertCode(connectorId)}. Proposed in Connector Studio by ${inertCode(proposedBy.slice(0, 200))}.`,
    ...(reason.trim() === ''
      ? []
      : [`### Why\n\n${inertBlock(reason.slice(0, PROPOSAL_REASON_CHARACTERS_MAX))}`]),
    `### Files\n\n${filesTable(files)}`,
    ...remarksSection(
      'Left out',
      notes.map((note) => note.text),
      remarks,
    ),
    ...documentsSection(text),
    `### Validation\n\n${validationText(text, remarks)}`,
    ...previewSection(text),
    ...remarksSection('Advice', advice, remarks),
  ];
  return `${sections.join('\n\n')}\n`;
}

function filesTable(files: readonly FileChange[]): string {
  const rows = files.map((file) => {
    const { added, removed } = changeCounts(file);
    const change = file.before === null ? 'added' : file.after === null ? 'deleted' : 'changed';
    return `| ${inertCode(file.path)} | ${change} | +${added} −${removed} |`;
  });
  return ['| file | change | lines |', '| --- | --- | --- |', ...rows].join('\n');
}

function documentsSection({ action, documents, documentsChoice, path }: ProposalText): string[] {
  if (action === 'create' || action === 'clone' || (action === 'edit' && documents === null)) return [];
  const known = `${documentsSentence(documents)}${documents === null ? '' : ` (${documents.at})`}`;
  if (action === 'edit') return [`### Documents\n\n${known}`];
  const sentences = [known, ...fateSentences(action, documents, documentsChoice)].join('\n');
  const command =
    action === 'delete' && documentsChoice === 'remove_first'
      ? `\n\n- [ ] The documents were removed:\n\n${inertBlock(retireCommand(path, documents?.count ?? null), 'sh')}`
      : '';
  return [`### Documents\n\n${sentences}${command}`];
}

function validationText({ action, warnings }: ProposalText, remarks: number): string {
  if (action === 'delete') return 'The connector is deleted, so it was not validated.';
  if (warnings.length === 0) return '`validate` finds no problem.';
  return `\`validate\` finds no error and ${amount(warnings.length, 'warning')}:${listed(warnings, remarks)}`;
}

function previewSection({ preview }: ProposalText): string[] {
  if (preview === null) return [];
  const { added, changed, deleted, held, at } = preview;
  const holds = held === 0 ? '' : `, and ${count(held)} more deletes held`;
  const counts = `${count(added)} added, ${count(changed)} changed, ${count(deleted)} deleted${holds}`;
  return [`### Preview\n\nA dry run on ${inertCode(at)} counted these documents: ${counts}.`];
}

function remarksSection(title: string, lines: readonly string[], remarks: number): string[] {
  return lines.length === 0 || remarks === 0 ? [] : [`### ${title}${listed(lines, remarks)}`];
}

function listed(lines: readonly string[], remarks: number): string {
  if (remarks === 0) return ' they are left out here.';
  const shown = lines.slice(0, remarks).map((line) => {
    const one = printable(line);
    return one.length <= PROPOSAL_REMARK_CHARACTERS_MAX
      ? one
      : `${one.slice(0, PROPOSAL_REMARK_CHARACTERS_MAX)}…`;
  });
  const rest = lines.length - shown.length;
  return `\n\n${inertBlock([...shown, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n'))}`;
}
