import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { RestSpec } from '../../../src/definitions/rest/types.ts';
import { HTTP_CHUNK_BYTES, HTTP_PAGE_BYTES_MAX, XML_DEPTH_MAX } from '../../../src/rest/limits.ts';
import { raw, startServer, type Reply, type TestServer } from '../../support/http/http-server.ts';
import { restReader } from '../../support/http/rest-reader.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Spec = Omit<RestSpec, 'url'>;

const failed = (error: unknown): unknown => error;

/** The records of a listing, each parsed, with its statement and the log. */
async function read(spec: Spec, ...replies: Reply[]) {
  await server?.close();
  server = await startServer(...replies);
  const { reader, lines } = restReader({ url: `${server.url}/`, ...spec });
  const pages = reader.pages({}, new AbortController().signal);
  const records: unknown[] = [];
  let chunks = 0;
  try {
    for await (const page of pages) {
      chunks++;
      for (const { start, end } of page.records) {
        records.push(JSON.parse(page.bytes.toString('utf8', start, end)) as unknown);
      }
    }
  } finally {
    await reader.close();
  }
  return { records, chunks, truncated: pages.statement.truncated, lines, requests: server.received };
}

const answer = (body: string | Buffer, type = 'text/plain', headers: Record<string, string> = {}): Reply => {
  return (response) => {
    response.writeHead(200, { 'content-type': type, ...headers });
    response.end(body);
  };
};

/** Sends the beginning of a body whose length it announces, and then breaks the connection. */
const broken =
  (body: string): Reply =>
  (response) => {
    response.writeHead(200, { 'content-length': String(body.length * 2) });
    response.write(body, () => {
      response.destroy();
    });
  };

const XML: Spec = { responseFormat: 'xml', recordsPath: 'wd:Report.wd:Entry' };
const report = (entries: string) => `<?xml version="1.0"?><wd:Report xmlns:wd="urn:x">${entries}</wd:Report>`;

describe('an NDJSON response', () => {
  test('becomes one record per line, without blank lines and byte order marks', async () => {
    const { records, truncated } = await read(
      { responseFormat: 'ndjson' },
      answer('\uFEFF{"id":1.50}\r\n\n{"id":2,"t":"ü"}'),
    );
    expect(records).toEqual([{ id: 1.5 }, { id: 2, t: 'ü' }]);
    expect(truncated).toBe(false);
  });

  test.each([
    ['a line that is not JSON', '{"id":1}\n{"id":}\n', 'SOURCE_ANSWER_INVALID', /line 2: it is not JSON/],
    ['a list in place of lines', '[{"id":1}]', 'SOURCE_ANSWER_INVALID', /line 1: it is not a JSON object/],
    ['a last line that is cut off', '{"id":1}\n{"id":2,"t', 'SOURCE_LOST', /middle of line 2/],
    ['an error after records', '{"id":1}\n{"error":"no memory"}', 'SOURCE_REFUSED', /line 2: no memory/],
  ])('is refused with %s', async (_, body, code, message) => {
    await expect(read({ responseFormat: 'ndjson' }, answer(body))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    });
  });

  test('is not complete if a total in a header says that there are more records', async () => {
    const { truncated } = await read(
      { responseFormat: 'ndjson' },
      answer('{"id":1}\n', 'application/x-ndjson', { 'x-total-count': '2' }),
    );
    expect(truncated).toBe(true);
  });

  test('is not complete if nothing shows where its body ends, unless the sign is ignored', async () => {
    const endless: Reply = (response) => {
      response.socket?.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"id":1}\n');
    };
    expect((await read({ responseFormat: 'ndjson' }, endless)).truncated).toBe(true);
    const spec: Spec = { responseFormat: 'ndjson', ignoreSigns: ['Content-Length'] };
    expect((await read(spec, endless)).truncated).toBe(false);
  });
});

describe('a CSV response', () => {
  test('has the header as keys and cells as strings, in the encoding of its media type', async () => {
    const body = Buffer.from('id;name\n1;"M\xfcller\nund; S\xf6hne"\n', 'latin1');
    const { records } = await read(
      { responseFormat: 'csv', csv: { delimiter: ';' } },
      answer(body, 'text/csv; charset=ISO-8859-1'),
    );
    expect(records).toEqual([{ id: '1', name: 'Müller\nund; Söhne' }]);
  });

  test.each([
    ['HTML', '<!doctype html><p>Log in</p>', 'an HTML page instead of CSV'],
    ['JSON', '{"error":"expired"}', 'JSON instead of CSV'],
    [
      'a short row',
      'id,name\n1,a\n2\n',
      'line 3: the row that begins here has 1 cells, and there are 2 columns',
    ],
    ['an open quote', 'id,name\n1,"a\n', 'line 2: the row that begins here has a quote that is never closed'],
    ['a message in place of a table', 'Report is not ready', 'probably a message'],
    ['nothing', '', 'without even a header'],
    ['an error cell', 'id,name\n1,#REF!\n', 'has #REF! in the column name'],
    ['compressed rows without Content-Encoding', '\x1f\x8b\x08', 'compressed with gzip instead of CSV'],
  ])('is refused with %s', async (_, body, message) => {
    await expect(read({ responseFormat: 'csv' }, answer(Buffer.from(body, 'latin1')))).rejects.toMatchObject({
      code: 'SOURCE_ANSWER_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
  });

  test('is refused by the name of an encoding that is not supported', async () => {
    await expect(
      read({ responseFormat: 'csv' }, answer('id\n1\n', 'text/csv; charset=Shift_JIS')),
    ).rejects.toMatchObject({
      code: 'SOURCE_ANSWER_INVALID',
      message: expect.stringContaining('Shift_JIS') as unknown,
    });
  });
});

describe('an XML response', () => {
  test('has attributes as @name, repeated children as lists, text as strings, and prefixes as written', async () => {
    const { records, truncated } = await read(
      XML,
      answer(
        report(
          '<wd:Entry wd:id="7"><wd:n>1.50</wd:n><t/><t>a &amp; <![CDATA[<b>]]></t><o xmlns="u" k="v">x</o></wd:Entry>\n<wd:Entry/>',
        ),
        'text/xml',
      ),
    );
    expect(records).toEqual([
      { '@wd:id': '7', 'wd:n': '1.50', t: ['', 'a & <b>'], o: { '@k': 'v', '#text': 'x' } },
      '',
    ]);
    expect(truncated).toBe(false);
  });

  test('is an empty listing without records, and incomplete if its total says so', async () => {
    expect(await read(XML, answer(report('')))).toMatchObject({ records: [], truncated: false });
    const spec: Spec = { responseFormat: 'xml', recordsPath: 'r.items.i' };
    const { records, truncated } = await read(
      spec,
      answer('<r><items><i>1</i></items><items><i>2</i></items><total>3</total></r>'),
    );
    expect(records).toEqual(['1', '2']);
    expect(truncated).toBe(true);
  });

  const bomb = '<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><wd:Report>&b;</wd:Report>';
  test.each([
    ['entities that expand', bomb, 'SOURCE_ANSWER_INVALID', 'document type'],
    [
      'an external entity',
      '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
      'SOURCE_ANSWER_INVALID',
      'document type',
    ],
    ['an undefined entity', report('<wd:Entry>&constructor;</wd:Entry>'), 'SOURCE_ANSWER_INVALID', 'line 1'],
    ['another root', '<error><code>5</code></error>', 'SOURCE_REFUSED', 'an error'],
    ['another path', '<a><b/></a>', 'SOURCE_RECORDS_MISSING', 'has no wd:Report.wd:Entry. It has: a.'],
    ['too many levels', '<a>'.repeat(XML_DEPTH_MAX + 1), 'SOURCE_ANSWER_INVALID', 'deeper than'],
    ['HTML', '<html><body>Log in</body></html>', 'SOURCE_ANSWER_INVALID', 'a page of HTML instead of XML'],
    ['elements that are not closed', '<wd:Report><wd:Entry>', 'SOURCE_LOST', 'ends too soon'],
    ['wrong nesting', '<wd:Report>\n<a></b></wd:Report>', 'SOURCE_ANSWER_INVALID', 'line 2'],
    [
      'a SOAP fault',
      '<s:Envelope><s:Body><s:Fault><faultstring>Report is locked</faultstring></s:Fault></s:Body></s:Envelope>',
      'SOURCE_REFUSED',
      'a SOAP fault: Report is locked',
    ],
  ])('is refused with %s', async (_, body, code, message) => {
    await expect(read(XML, answer(body))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe('a JSON response that is larger than a page', () => {
  const text = 'x"\\{[,'.repeat(1_000);
  const count = Math.ceil((HTTP_PAGE_BYTES_MAX * 1.1) / text.length);
  const items = Array.from({ length: count }, (_, id) => ({ id, text, tags: [[id]] }));
  const body = (after: object) =>
    JSON.stringify({ meta: { 'a.b': [1] }, data: { 'a.items': items }, ...after });
  const spec: Spec = { recordsPath: 'data.a.items' };

  test('is read as a stream, with what surrounds its records', async () => {
    const { records, chunks, truncated } = await read(spec, answer(body({ total: count })));
    expect(records).toEqual(items);
    expect(chunks).toBeGreaterThan(20);
    expect(truncated).toBe(false);
    expect((await read({}, answer(JSON.stringify(items)))).records).toHaveLength(count);
  });

  test('is not complete if a member after its records says so', async () => {
    expect((await read(spec, answer(body({ total: count + 1 })))).truncated).toBe(true);
    await expect(read(spec, answer(body({ has_more: true })))).rejects.toMatchObject({
      code: 'SOURCE_PAGINATION',
    });
  });

  test.each([
    ['an error after its records', () => body({ error: 'no memory' }), 'SOURCE_REFUSED', 'no memory'],
    ['an end in its records', () => body({}).slice(0, -10_000), 'SOURCE_LOST', 'middle of its records'],
    ['an end after its records', () => body({}).slice(0, -1), 'SOURCE_LOST', 'ends too soon'],
    [
      'another path',
      () => body({}).replace('a.items', 'b.items'),
      'SOURCE_ANSWER_TOO_LARGE',
      'outside the list',
    ],
  ])('is refused with %s', async (_, make, code, message) => {
    await expect(read(spec, answer(make()))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe('a streamed response', () => {
  const lines = (bytes: number) => `{"id":1,"t":"${'x'.repeat(1_000)}"}\n`.repeat(bytes / 1_000);

  test('is requested again when it breaks before its first records were used', async () => {
    const { records, requests } = await read(
      { responseFormat: 'ndjson' },
      broken('{"id":1}\n'),
      answer('{"id":1}\n{"id":2}\n'),
    );
    expect(records).toHaveLength(2);
    expect(requests).toHaveLength(2);
  });

  test('fails without a retry when it breaks later, and has no statement', async () => {
    const error = await read({ responseFormat: 'ndjson' }, broken(lines(3 * HTTP_CHUNK_BYTES))).catch(failed);
    expect(error).toMatchObject({ code: 'SOURCE_LOST' });
    expect(server?.received).toHaveLength(1);
  });

  test('is decompressed, and refused if it is compressed like a bomb', async () => {
    const packed = { 'content-encoding': 'gzip' };
    const { records } = await read(
      { responseFormat: 'ndjson' },
      answer(gzipSync('{"id":1}\n'), 'text/plain', packed),
    );
    expect(records).toEqual([{ id: 1 }]);
    const bomb = gzipSync(Buffer.alloc(40 * 1_048_576, `${' '.repeat(65_535)}\n`));
    await expect(
      read({ responseFormat: 'ndjson' }, answer(bomb, 'text/plain', packed)),
    ).rejects.toMatchObject({
      code: 'SOURCE_ANSWER_TOO_LARGE',
      message: expect.stringContaining('decompression bomb') as unknown,
    });
  });

  test('reports its status before its body is read', async () => {
    await expect(read({ responseFormat: 'csv' }, raw(403, 'no'))).rejects.toMatchObject({
      code: 'SOURCE_PERMISSION',
    });
  });
});

describe('pages in another format than JSON', () => {
  test('are followed by a header, a number, or a path in XML', async () => {
    const csv = (rows: string, next: string) =>
      answer(`id\n${rows}`, 'text/csv', next === '' ? {} : { 'x-next': next });
    const byHeader = await read(
      {
        responseFormat: 'csv',
        csv: { header: true },
        pagination: { type: 'cursor', cursorField: 'c', nextCursorHeader: 'X-Next' },
      },
      csv('1\n2\n', 'b'),
      csv('3\n', ''),
    );
    expect(byHeader.records).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
    const byNumber = await read(
      { responseFormat: 'ndjson', pagination: { type: 'page' } },
      answer('{"id":1}\n'),
      answer(''),
    );
    expect(byNumber.records).toEqual([{ id: 1 }]);
    const byPath = await read(
      {
        responseFormat: 'xml',
        recordsPath: 'r.i',
        pagination: { type: 'cursor', cursorField: 'c', nextCursorPath: 'r.next' },
      },
      answer('<r><i><id>1</id></i><next>b</next></r>'),
      answer('<r><i><id>2</id></i><next/></r>'),
    );
    expect(byPath.records).toEqual([{ id: '1' }, { id: '2' }]);
    expect(byPath.truncated).toBe(false);
  });
});
