import { raw, type Reply } from '../../../support/http/http-server.ts';
import { askedOf } from '../asked.ts';
import type { ChangingRecords } from '../changing-records.ts';

export const rateLimited: Reply = raw(429, '', { 'retry-after': '0' });

/** A custom report of Workday (RaaS) in one response, as XML or with `format=csv`. */
export function workday(records: ChangingRecords): Reply {
  return (response, request) => {
    if (askedOf(request).query.get('format') === 'csv') {
      const lines = records.live.map(({ id, title }) => `${id},"${title}"`);
      raw(200, ['Employee_ID,Worker', ...lines, ''].join('\r\n'), {
        'content-type': 'text/csv;charset=UTF-8',
      })(response, request);
      return;
    }
    const entries = records.live.map(
      ({ id, title }) =>
        `<wd:Report_Entry><wd:Employee_ID>${id}</wd:Employee_ID>` +
        `<wd:Worker wd:Descriptor="${title}"><wd:ID wd:type="WID">w${id}</wd:ID></wd:Worker>` +
        `<wd:Title>${title}</wd:Title></wd:Report_Entry>`,
    );
    const body = `<?xml version='1.0' encoding='UTF-8'?><wd:Report_Data xmlns:wd="urn:com.workday.report/Staff">${entries.join('')}</wd:Report_Data>`;
    raw(200, body, { 'content-type': 'text/xml;charset=UTF-8' })(response, request);
  };
}
