import { printable } from '../../../../core/text/printable.ts';
import { PROPOSAL_BODY_LENGTH_MAX, PROPOSAL_TITLE_LENGTH_MAX } from '../../../limits.ts';
import type { ProposalAction, ProposalOrder } from '../proposal-service.ts';

const VERBS: Readonly<Record<ProposalAction, string>> = {
  create: 'Add',
  edit: 'Change',
  clone: 'Add',
  delete: 'Delete',
  pause: 'Pause',
  resume: 'Resume',
};

/** One line without mentions of people and without references to issues, which GitHub would notify or close. */
export function inertLine(text: string): string {
  const line = printable(text)
    .replaceAll(/@(?=[\w-])/g, '(at)')
    .replaceAll(/#(?=\d)/g, 'no. ')
    .replaceAll(/\bGH-(?=\d)/gi, 'GH ')
    .trim();
  return line.length <= PROPOSAL_TITLE_LENGTH_MAX
    ? line
    : `${line.slice(0, PROPOSAL_TITLE_LENGTH_MAX - 1).toWellFormed()}…`;
}

/** The message of the commit. It names the person in a trailer: an author would break GitHub's signature. */
export function commitMessage(
  order: Pick<ProposalOrder, 'action' | 'connectorId' | 'title'>,
  name: string,
): string {
  const subject = `${VERBS[order.action]} connector ${order.connectorId}`;
  const title = inertLine(order.title);
  const details = title === '' || title === subject ? [] : [title];
  return [subject, ...details, `Proposed-by: ${inertLine(name)}`].join('\n\n');
}

/** The text of the pull request, with a mark by which it can be recognised. */
export function markedBody(body: string, id: string): string {
  const mark = `\n\n<!-- connector-studio: ${id} -->\n`;
  const most = PROPOSAL_BODY_LENGTH_MAX - mark.length;
  const cut = body.length <= most ? body : `${body.slice(0, most - 1).toWellFormed()}…`;
  return `${cut}${mark}`;
}
