import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeRequest, ChangeSubject } from '../../../app/studio/changes/change-proposals.ts';
import { conflictsOf } from '../../../app/studio/changes/conflicts-of.ts';
import { toBridgeError } from '../../../core/errors.ts';
import { actorOf } from '../../access/actor-of.ts';
import { keepFlash, takeFlash } from '../../http/flash.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { RESOLVE_BODY_BYTES_MAX } from '../../limits.ts';
import { viewerOf } from '../elements/viewer.ts';
import { connectorPath, draftPartPath, proposalPath, STUDIO_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { actionParams, changeForm, draftIdParams, requestOf, resolveForm } from './change-schemas.ts';
import { changePage } from './pages/change-page.tsx';
import { proposalSignal } from './proposal-api.ts';

const HTML = 'text/html; charset=utf-8';
const AUTHOR = { access: 'author' } as const;

/** What the pages of a change answer. */
function changeReplies({ changes }: StudioContext) {
  async function show(subject: ChangeSubject, request: FastifyRequest, reply: FastifyReply) {
    const plan = await changes.plan(requestOf(subject), actorOf(request), proposalSignal());
    return reply.type(HTML).send(changePage({ plan, ...pageParts(subject, request, reply) }));
  }

  async function propose(order: ChangeRequest, request: FastifyRequest, reply: FastifyReply) {
    const { subject } = order;
    const actor = actorOf(request);
    try {
      const { id, title } = await changes.propose(order, actor, proposalSignal());
      keepFlash({ tone: 'good', text: `${title}: proposed.` }, STUDIO_PATH, request, reply);
      return await reply.redirect(proposalPath(id), 303);
    } catch (thrown) {
      const conflicts = conflictsOf(thrown);
      if (conflicts.length > 0) {
        const plan = await changes.plan(order, actor, proposalSignal());
        const conflict = conflicts.find(({ path }) => path === plan.path) ?? conflicts[0] ?? null;
        const page = changePage({ plan: { ...plan, conflict }, ...pageParts(subject, request, reply) });
        return reply.status(409).type(HTML).send(page);
      }
      const { code, message, hint } = toBridgeError(thrown);
      if (!/^(PROPOSAL|GITHUB)_/.test(code)) throw thrown;
      const flash = { tone: 'bad', text: `The proposal was not completed. ${message}` } as const;
      keepFlash({ ...flash, ...(hint === undefined ? {} : { hint }) }, STUDIO_PATH, request, reply);
      return reply.redirect(pathsOf(subject).action, 303);
    }
  }

  function pageParts(subject: ChangeSubject, request: FastifyRequest, reply: FastifyReply) {
    return {
      ...pathsOf(subject),
      canPropose: changes.canPropose,
      flash: takeFlash(STUDIO_PATH, request, reply),
      formToken: request.formToken?.value,
      viewer: viewerOf(request.caller),
    };
  }

  async function sendPatch(subject: ChangeSubject, request: FastifyRequest, reply: FastifyReply) {
    const plan = await changes.plan(requestOf(subject), actorOf(request), proposalSignal());
    const name = plan.connectorId.replaceAll(/[^a-z0-9-]/g, '') || 'connector';
    return reply
      .type('text/x-diff; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}.patch"`)
      .header('cache-control', 'no-store')
      .send(plan.patch);
  }

  return { show, propose, sendPatch };
}

/** The pages of proposals. A GET computes and shows; only a POST proposes. Every form works without JavaScript. */
export function proposalPageRoutes(context: StudioContext): RouteSet {
  const { changes } = context;
  const { show, propose, sendPatch } = changeReplies(context);
  return (app, _options, done) => {
    void app.register(formbody, { bodyLimit: RESOLVE_BODY_BYTES_MAX });
    const ofDraft = { config: AUTHOR, schema: { hide: true, params: draftIdParams } };
    const ofAction = { config: AUTHOR, schema: { hide: true, params: actionParams } };
    app.get(`${STUDIO_PATH}/drafts/:id/propose`, ofDraft, (request, reply) =>
      show({ draftId: request.params.id }, request, reply),
    );
    app.post(
      `${STUDIO_PATH}/drafts/:id/propose`,
      { config: AUTHOR, schema: { ...ofDraft.schema, body: changeForm } },
      (request, reply) => propose(requestOf({ draftId: request.params.id }, request.body), request, reply),
    );
    app.get(`${STUDIO_PATH}/drafts/:id/patch`, ofDraft, (request, reply) =>
      sendPatch({ draftId: request.params.id }, request, reply),
    );
    app.post(
      `${STUDIO_PATH}/drafts/:id/resolve`,
      { config: AUTHOR, bodyLimit: RESOLVE_BODY_BYTES_MAX, schema: { ...ofDraft.schema, body: resolveForm } },
      async (request, reply) => {
        const { version, keep, theirs } = request.body;
        const { id } = request.params;
        const text = Buffer.from(theirs, 'base64').toString();
        await changes.resolve({ draftId: id, version, keep, theirs: text }, actorOf(request));
        const outcome = keep === 'theirs' ? 'The draft has their text now.' : 'The draft keeps your text.';
        keepFlash({ tone: 'good', text: outcome }, STUDIO_PATH, request, reply);
        return reply.redirect(draftPartPath(id, 'propose'), 303);
      },
    );
    for (const action of ['delete', 'pause', 'resume'] as const) {
      const path = `${STUDIO_PATH}/connectors/:id/${action}`;
      const schema = { hide: true, params: draftIdParams } as const;
      app.get(path, { config: AUTHOR, schema }, (request, reply) =>
        show({ connectorId: request.params.id, action }, request, reply),
      );
      app.post(path, { config: AUTHOR, schema: { ...schema, body: changeForm } }, (request, reply) =>
        propose(requestOf({ connectorId: request.params.id, action }, request.body), request, reply),
      );
    }
    app.get(`${STUDIO_PATH}/connectors/:id/:action/patch`, ofAction, (request, reply) =>
      sendPatch({ connectorId: request.params.id, action: request.params.action }, request, reply),
    );
    done();
  };
}

function pathsOf(subject: ChangeSubject): { readonly action: string; readonly patchPath: string } {
  if ('draftId' in subject) {
    const { draftId } = subject;
    return { action: draftPartPath(draftId, 'propose'), patchPath: draftPartPath(draftId, 'patch') };
  }
  const path = connectorPath(subject.connectorId, subject.action);
  return { action: path, patchPath: `${path}/patch` };
}
