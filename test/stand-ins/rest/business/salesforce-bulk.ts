import { json, raw, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecord, ChangingRecords } from '../changing-records.ts';

const JOBS = '/services/data/v61.0/jobs/query';

interface BulkJob {
  readonly found: readonly ChangingRecord[];
  polled: number;
}

/** Query jobs of the Bulk API 2.0 of Salesforce: the result is CSV in parts, and the header `Sforce-Locator` leads to the next. */
export function salesforceBulk(records: ChangingRecords): Reply {
  const jobs: BulkJob[] = [];
  return (response, request) => {
    const { path, query } = askedOf(request);
    const [, number, resource] = /^\/(\d+)(\/results)?$/.exec(path.slice(JOBS.length)) ?? [];
    if (request.method === 'POST') {
      jobs.push({ found: records.live, polled: 0 });
      json(200, { id: String(jobs.length - 1), operation: 'query', state: 'UploadComplete' })(
        response,
        request,
      );
      return;
    }
    const job = jobs[Number(number)];
    const from = Number(query.get('locator') ?? 0);
    if (job === undefined || Number.isNaN(from)) {
      const errorCode = job === undefined ? 'NOT_FOUND' : 'INVALIDLOCATOR';
      json(job === undefined ? 404 : 400, [{ errorCode, message: 'The job or its locator is unknown' }])(
        response,
        request,
      );
      return;
    }
    if (resource === undefined) {
      const state = job.polled++ === 0 ? 'InProgress' : 'JobComplete';
      json(200, { id: number, operation: 'query', state })(response, request);
      return;
    }
    const next = from + Number(query.get('maxRecords') ?? 100);
    const page = job.found.slice(from, next);
    const lines = ['"Id","Title"', ...page.map(({ id, title }) => `"${id}","${title}"`), ''];
    raw(200, lines.join('\n'), {
      'content-type': 'text/csv',
      'sforce-numberofrecords': String(page.length),
      'sforce-locator': next < job.found.length ? String(next) : 'null',
    })(response, request);
  };
}
