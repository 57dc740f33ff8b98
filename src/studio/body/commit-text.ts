import { printable } from '../../core/text/printable.ts';
import { PROPOSAL_BODY_CHARACTERS_MAX, PROPOSAL_TITLE_CHARACTERS_MAX } from '../limits.ts';
import { PROPOSAL_VERBS, type ProposalAction } from '../proposal-action.ts';

/** A proposal as its commit names it. */
interface Proposed {
  readonly action: ProposalAction;
  readonly connectorId: string;
  readonly title: string;
}

/** One line without mentions of people, and without references and addresses of issues, which GitHub would notify or close. */
export function inertLine(text: string): string {
  const line = printable(text)
    .replaceAll(/@(?=[\w-])/g, '(at)')
    .replaceAll(/#(?=\d)/g, 'no. ')
    .replaceAll(/\bGH-(?=\d)/gi, 'GH ')
    .replaceAll('://', ': //')
    .trim();
  return line.length <= PROPOSAL_TITLE_CHARACTERS_MAX
    ? line
    : `${line.slice(0, PROPOSAL_TITLE_CHARACTERS_MAX - 1).toWellFormed()}…`;
}

/** The message of the commit. It names the person in a trailer: an author would break GitHub's signature. */
export function commitMessage(order: Proposed, name: string): string {
  const subject = `${PROPOSAL_VERBS[order.action]} connector ${order.connectorId}`;
  const title = inertLine(order.title);
  const details = title === '' || title === subject ? [] : [title];
  return [subject, ...details, `Proposed-by: ${inertLine(name)}`].join('\n\n');
}

/** The text of the pull request, with a mark by which it can be recognised. */
export function markedBody(body: string, id: string): string {
  const mark = `\n\n<!-- connector-studio: ${id} -->\n`;
  const most = PROPOSAL_BODY_CHARACTERS_MAX;
  const cut = body.length <= most ? body : `${body.slice(0, most - 1).toWellFormed()}…`;
  return `${cut}${mark}`;
}
