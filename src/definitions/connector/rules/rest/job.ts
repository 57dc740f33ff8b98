import { textAt, valueAt } from '../../../draft.ts';
import type { FieldFinding } from '../../../problem.ts';
import { has, misplaced } from '../key-findings.ts';

const SOURCE = 'spec.source';
const JOB = `${SOURCE}.job`;
const URL_PATH = `${SOURCE}.url`;
const POLL_URL = `${JOB}.poll.url`;
const START_URL = `${JOB}.start.url`;
/** The only template of addresses of a job. */
const JOB_ID = /\{\{\s*job\.id\s*\}\}/g;

/** Rules about `job`. */
export function restJobFindings(connector: unknown): FieldFinding[] {
  const usesJob = (textAt(connector, URL_PATH) ?? '').search(JOB_ID) !== -1;
  if (!has(connector, JOB)) {
    if (!usesJob) return [];
    return [
      misplaced(
        URL_PATH,
        'The address needs the id of a job, and there is no job.',
        'job: {start: …, poll: …}',
      ),
    ];
  }
  return [
    ...originFindings(connector),
    ...templateFindings(connector, usesJob),
    ...valueFindings(connector),
    ...(valueAt(connector, `${SOURCE}.resumable`) === true
      ? [
          misplaced(
            `${SOURCE}.resumable`,
            'A listing cannot be resumed in the result of a job: the next run starts another job.',
            'no resumable',
          ),
        ]
      : []),
  ];
}

/** The requests of a job have the credentials of the listing, which belong to the origin of its address. */
function originFindings(connector: unknown): FieldFinding[] {
  const own = originAt(connector, URL_PATH);
  return [START_URL, POLL_URL].flatMap((path): FieldFinding[] => {
    const origin = originAt(connector, path);
    if (own === undefined || origin === undefined || origin === own) return [];
    const message = `The credentials are for ${own}, and this is an address of ${origin}.`;
    return [{ code: 'wrong_value', path, message, fix: `an address that begins with ${own}` }];
  });
}

function templateFindings(connector: unknown, usesJob: boolean): FieldFinding[] {
  const hasResultPath = has(connector, `${JOB}.resultUrlPath`);
  const wrong = (path: string, message: string, fix: string): FieldFinding[] => [
    { code: 'wrong_value', path, message, fix },
  ];
  return [
    ...((textAt(connector, START_URL) ?? '').includes('{{')
      ? wrong(START_URL, 'The job has no id before it is started.', 'an address without {{ … }}')
      : []),
    ...(hasForeignTemplate(textAt(connector, POLL_URL))
      ? wrong(POLL_URL, 'An address of a job has only the template {{ job.id }}.', '{{ job.id }}')
      : []),
    ...(hasResultPath && usesJob
      ? wrong(
          URL_PATH,
          'The address of the result comes from resultUrlPath, so {{ job.id }} has no use here.',
          'an address of the API without {{ job.id }}, or no resultUrlPath',
        )
      : []),
    ...(has(connector, `${JOB}.start.idPath`) && !usesJob && !mentionsJob(connector)
      ? [
          misplaced(
            `${JOB}.start.idPath`,
            'idPath has no use without {{ job.id }}.',
            'poll.url with {{ job.id }}',
          ),
        ]
      : []),
  ];
}

function mentionsJob(connector: unknown): boolean {
  return (textAt(connector, POLL_URL) ?? '').search(JOB_ID) !== -1;
}

function hasForeignTemplate(url = ''): boolean {
  return url.replaceAll(JOB_ID, '').includes('{{');
}

function valueFindings(connector: unknown): FieldFinding[] {
  const [done, failed] = ['doneValues', 'failedValues'].map((key) =>
    valueAt(connector, `${JOB}.poll.${key}`),
  );
  if (!Array.isArray(done) || !Array.isArray(failed)) return [];
  const both: unknown = done.find((value: unknown) => failed.includes(value));
  if (both === undefined) return [];
  const message = `A job in the state ${JSON.stringify(both)} would be both complete and failed.`;
  return [
    {
      code: 'wrong_value',
      path: `${JOB}.poll.failedValues`,
      message,
      fix: 'the state in one of the two lists',
    },
  ];
}

function originAt(connector: unknown, path: string): string | undefined {
  const url = textAt(connector, path);
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}
