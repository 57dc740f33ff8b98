import { fileURLToPath } from 'node:url';
import staticFiles from '@fastify/static';
import { Type } from 'typebox';
import { packageFile } from '../../core/package-file.ts';
import type { RouteSet } from '../http/route-set.ts';

const FOLDER = fileURLToPath(packageFile('public/'));

/** Styles and scripts of the pages. They are open, because the login page needs them before the user is known. */
export function publicFileRoutes(): RouteSet {
  return (app, _options, done) => {
    // The plugin's own routes are disabled, because they could not declare their access.
    void app.register(staticFiles, { root: FOLDER, serve: false });
    app.get(
      '/public/:file',
      {
        config: { access: 'open' },
        schema: {
          hide: true,
          params: Type.Object({ file: Type.String({ pattern: '^[a-z-]+\\.(css|js|svg)$' }) }),
        },
      },
      (request, reply) => reply.sendFile(request.params.file, { maxAge: '5m' }),
    );
    done();
  };
}
