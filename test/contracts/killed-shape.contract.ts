import { expect, test } from '@jest/globals';
import type { RunObject } from '../support/files/workplace.ts';
import { hang } from '../support/http/http-server.ts';
import { shapeStarter, type ApiShape, type StartedShape } from './api-shape.contract.ts';

/** Proves that runs which are killed while they read an API lose and delete nothing. Runs are processes. */
export function describeKilledShape(name: string, shape: ApiShape): void {
  const start = shapeStarter();

  test(`loses and deletes nothing when runs are killed while they read ${name}`, async () => {
    const started = await start(shape);
    const { records } = started;
    records.put('one', '1', '2', '3', '4', '5');
    await killedRun(started);
    expect((await wholeRun(started)).counts).toMatchObject({ added: 5, seen: 5 });

    records.put('two', '1');
    records.put('one', '6');
    records.remove('2');
    await killedRun(started);
    expect(await wholeRun(started)).toMatchObject({
      status: 'SUCCESS',
      samples: { added: ['api:6'], changed: ['api:1'] },
      counts: { deleted: shape.deletes === 'nothing' ? 0 : 1, held: 0 },
    });
    expect((await wholeRun(started)).counts).toMatchObject({ added: 0, changed: 0, deleted: 0 });
  });
}

/** Kills a run while it waits for the second page. */
async function killedRun({ api, place }: StartedShape): Promise<void> {
  api.reset();
  const asked = new Promise<void>((resolve) => {
    api.replyFrom(2, (response, request) => {
      hang(response, request);
      resolve();
    });
  });
  const child = place.start();
  const ended = child.then(({ exitCode, stderr }) => {
    throw new Error(`The run ended with ${exitCode} before its second page. ${stderr}`);
  });
  await Promise.race([asked, ended]);
  child.kill('SIGKILL');
  await ended.catch(() => undefined);
  api.reset();
}

async function wholeRun({ place }: StartedShape): Promise<RunObject> {
  const { exitCode, stdout, stderr } = await place.start();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
  return JSON.parse(stdout) as RunObject;
}
