import { performance } from 'node:perf_hooks';
import { discoveryRecords } from './src/gemini/records.ts';
import { openKernel } from './src/kernel/open-kernel.ts';
import { ByteWriter } from './src/pipeline/bytes/byte-writer.ts';
import { DocumentRenderer } from './src/pipeline/document/document.ts';
import { RowCursor } from './src/pipeline/document/row-cursor.ts';
import { batchRenderer } from './src/pipeline/mapping/kernel-program.ts';
import { mappingOf } from './test/support/pipeline/mapping.ts';
import { batchOf } from './test/support/pipeline/rows-source.ts';
import { BEGINNINGS, DEPARTMENTS, FAMILY_NAMES, GIVEN_NAMES, OFFICES, OUTLOOK, SALARY_BANDS, SKILLS, WORK } from './scripts/hr-words.ts';
const cols = ['employee_id','full_name','job_title','department','office','email','manager','biography','salary_band','hired_on','allowed_users','allowed_groups','updated_at'];
const kinds: any = { employee_id: 'integer', hired_on: 'date', allowed_users: 'array', allowed_groups: 'array', updated_at: 'timestamptz' };
const columns: any = cols.map((name) => ({ name, kind: kinds[name] ?? 'text', ...(kinds[name] === 'array' && { element: 'text' }) }));
const pick = (list: any, n: number) => list[n % list.length];
const rows = Array.from({ length: 2000 }, (_, i) => {
  const g = pick(GIVEN_NAMES, i * 7), f = pick(FAMILY_NAMES, i * 11), d = pick(DEPARTMENTS, i * 3);
  const mail = `${g[1]}.${f[1]}.${i}@example.com`;
  return [String(i), `${g[0]} ${f[0]}`, pick(d[2], i), d[0], pick(OFFICES, i), mail, `${f[0]} ${g[0]}`,
    `${g[0]} ${pick(BEGINNINGS, i)}\n${pick(WORK, i)} ${pick(SKILLS, i)} ${pick(OUTLOOK, i)}`, pick(SALARY_BANDS, i), '2012-03-04',
    `{${mail},boss.${i / 12 | 0}.x@example.com}`, `{hr@example.com,${d[1]}@example.com}`, '2026-01-02 03:04:05.678901+00'];
});
const batch = batchOf(columns, rows as any);
const mapping = mappingOf({ idField: 'employee_id', titleField: 'full_name',
  contentTemplate: '{{ full_name }}, {{ job_title }} in {{ department }} ({{ office }}).\nReports to {{ manager }}. Contact: {{ email }}.\n\n{{ biography }}\n',
  uriTemplate: 'https://people.example.com/employees/{{ employee_id }}', aclUsersField: 'allowed_users', aclGroupsField: 'allowed_groups',
  metadataFields: ['department','office','job_title','salary_band','hired_on'] }, { connector: 'hr-employees', watermarkField: 'updated_at', textRequired: true });
console.log('bytes a row', batch.bytes.length / 2000);
const records = discoveryRecords({ contentConfig: 'CONTENT_REQUIRED' });
const kernel = openKernel();
const renderer = batchRenderer(kernel, mapping, columns, records, { low: 1n, high: 2n })!;
kernel.load(batch);
const all = Array.from({ length: 2000 }, (_, i) => i);
let calls = 0, left = 0;
function viaKernel() { kernel.load(batch); let at = 0; calls = 0; left = 0; while (at < 2000) { const n = renderer.render(all, at); for (let i = 0; i < n; i++) if (renderer.results[12 * i] === 0) left++; at += n; calls++; } }
const document = new DocumentRenderer(mapping, columns), cursor = new RowCursor(columns.length), out = new ByteWriter(1000);
let total = 0;
function singly() { total = 0; for (let i = 0; i < 2000; i++) { cursor.load(batch, i); const id = document.ids.of(cursor)!; if (document.render(cursor, id)) throw 1; out.length = 0; records.upsert(document, id, out); total += out.length + document.line.length; } }
function cpu(f: () => void, n: number) { const c = process.cpuUsage(); for (let i = 0; i < n; i++) f(); const e = process.cpuUsage(c); return (e.user + e.system) / n / 2000; }
for (let i = 0; i < 15; i++) { viaKernel(); } for (let i = 0; i < 8; i++) singly();
let k = 99, s = 99;
for (let i = 0; i < 6; i++) { k = Math.min(k, cpu(viaKernel, 15)); s = Math.min(s, cpu(singly, 3)); }
console.log({ kernel: k, singly: s, calls, left, bytes: total / 2000 });
