import type { FastifyRequest } from 'fastify';
import type { EditorView } from '../../../app/studio/editor/editor.ts';
import type { Clock } from '../../../core/time/clock.ts';
import type { Flash } from '../../http/flash.ts';
import { viewerOf } from '../elements/viewer.ts';
import { editorPage, type Unsaved } from './editor-page.tsx';

interface More {
  readonly flash?: Flash | undefined;
  readonly unsaved?: Unsaved | undefined;
}

/** Makes the page of the editor for the sender of a request. */
export function pagesOf(clock: Clock) {
  return (view: EditorView, request: FastifyRequest, more: More = {}): string =>
    editorPage({
      view,
      viewer: viewerOf(request.caller),
      formToken: request.formToken?.value,
      now: clock.now().toISOString(),
      ...more,
    });
}
