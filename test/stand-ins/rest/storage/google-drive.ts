import { json, raw, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

const error = (code: number, reason: string, message: string) => ({
  error: { code, message, errors: [{ domain: 'usageLimits', reason, message }] },
});

export const rateLimited: Reply = json(403, error(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded'));

/** Files in a shared drive are listed without their permissions. */
export const SHARED_DRIVE = 'in a shared drive';

const fileOf = ({ id, title, updatedMs }: ChangingRecord) => ({
  id,
  name: title,
  webViewLink: `https://docs.google.com/document/d/${id}`,
  modifiedTime: new Date(updatedMs).toISOString(),
  ...(title !== SHARED_DRIVE && {
    permissions: [
      { type: 'user', emailAddress: `owner-of-${id}@example.com` },
      { type: 'group', emailAddress: 'staff@example.com' },
      { type: 'domain' },
    ],
  }),
});

/** Google Drive: files with their permissions, their text, and the feed of changes after a page token. */
export class GoogleDrive {
  readonly #records: ChangingRecords;
  #token = 1;

  constructor(records: ChangingRecords) {
    this.#records = records;
  }

  /** Refuses the tokens that were given out. */
  expireTokens(): void {
    this.#token++;
  }

  readonly reply: Reply = (response, request) => {
    const { path, query } = askedOf(request);
    const answer = (status: number, value: unknown) => {
      json(status, value)(response, request);
    };
    if (path === '/token') {
      answer(200, { access_token: `ya29.${this.#token}`, expires_in: 3599, token_type: 'Bearer' });
      return;
    }
    if (request.headers.authorization !== `Bearer ya29.${this.#token}`) {
      answer(401, error(401, 'authError', 'Invalid Credentials'));
      return;
    }
    const exported = /^\/drive\/v3\/files\/([^/]+)\/export$/.exec(path)?.[1];
    if (exported !== undefined) {
      const file = this.#records.live.find(({ id }) => id === exported);
      if (file === undefined) answer(404, error(404, 'notFound', `File not found: ${exported}.`));
      else raw(200, `Text of ${file.title}`, { 'content-type': 'text/plain' })(response, request);
      return;
    }
    const size = Number(query.get('pageSize') ?? 2);
    const after = Number(query.get('pageToken') ?? 0);
    const isFeed = path === '/drive/v3/changes';
    const rest = this.#records.changedAfter(after).filter(({ deleted }) => isFeed || !deleted);
    const page = rest.slice(0, size);
    const last = String(page.at(-1)?.version ?? after);
    if (!isFeed) {
      answer(200, { ...(rest.length > size && { nextPageToken: last }), files: page.map(fileOf) });
      return;
    }
    answer(200, {
      kind: 'drive#changeList',
      [rest.length > size ? 'nextPageToken' : 'newStartPageToken']: last,
      changes: page.map((record) => ({
        fileId: record.id,
        removed: record.deleted,
        ...(!record.deleted && { file: fileOf(record) }),
      })),
    });
  };
}
