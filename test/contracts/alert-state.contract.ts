import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ALERT_REPEAT_SECONDS, ALERT_UNANSWERED_SECONDS } from '../../src/core/limits.ts';
import { ALERT_CLAIM_SECONDS } from '../../src/state/limits.ts';
import { openAlertState, type AlertState } from '../../src/state/server/alert-state.ts';
import { openDatabase, type DatabaseAddress } from '../../src/database/database.ts';

/** One empty state store. */
export interface AlertStore {
  readonly address: DatabaseAddress;
  remove(): Promise<void>;
}

const KEY = { connectorId: 'hr', target: 'store', signature: 'FAILED SOURCE_LOST' };

/** What every engine promises of the memory of alerts. */
export function describeAlertStateContract(engine: string, makeStore: () => Promise<AlertStore>): void {
  describe(`the memory of alerts in ${engine}`, () => {
    let store: AlertStore;
    let alerts: AlertState;
    /** Another process. */
    let others: AlertState;

    beforeEach(async () => {
      store = await makeStore();
      alerts = await openAlertState(store.address);
      others = await openAlertState(store.address);
    });
    afterEach(async () => {
      await Promise.all([alerts.close(), others.close()]);
      await store.remove();
    });

    /** Moves every stored timestamp back by this duration. */
    async function age(seconds: number): Promise<void> {
      const database = await openDatabase(store.address);
      const { knex } = database;
      const earlier = (column: string) => knex.raw(`${column} - ?`, [seconds * 1_000]);
      await knex('alert_state').update({ sent_at: earlier('sent_at'), claimed_at: earlier('claimed_at') });
      await database.close();
    }

    async function announce(key = KEY): Promise<void> {
      const claim = await alerts.claimAlert(key);
      expect(claim).toBeDefined();
      await claim?.sent();
    }

    test('lets one of many that ask at once announce a trouble', async () => {
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? alerts : others).claimAlert(KEY)),
      );
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    });

    test('refuses to announce it again for six hours, and then allows one announcement', async () => {
      await announce();
      expect(await others.claimAlert(KEY)).toBeUndefined();
      await age(ALERT_REPEAT_SECONDS - 60);
      expect(await others.claimAlert(KEY)).toBeUndefined();
      await age(60);
      expect(await others.claimAlert(KEY)).toBeDefined();
      expect(await others.claimAlert(KEY)).toBeUndefined();
    });

    test.each([
      ['connector', { ...KEY, connectorId: 'crm' }],
      ['target', { ...KEY, target: 'other' }],
      ['trouble', { ...KEY, signature: 'HELD' }],
    ])('takes another %s for another matter', async (_, other) => {
      await announce();
      expect(await others.claimAlert(other)).toBeDefined();
    });

    test('lets another one try what could not be announced', async () => {
      const claim = await alerts.claimAlert(KEY);
      await claim?.release();
      expect(await others.claimAlert(KEY)).toBeDefined();
    });

    test('takes what was not answered for announced, and lets another one say it after an hour', async () => {
      await (await alerts.claimAlert(KEY))?.unanswered();
      await age(ALERT_UNANSWERED_SECONDS - 60);
      expect(await others.claimAlert(KEY)).toBeUndefined();
      expect(await others.claimRecovery([KEY])).toBeDefined();
      await age(60);
      expect(await others.claimAlert(KEY)).toBeDefined();
    });

    test('takes a recovery that was not answered for announced', async () => {
      await announce();
      await (await alerts.claimRecovery([KEY]))?.unanswered();
      expect(await others.claimRecovery([KEY])).toBeUndefined();
    });

    test('lets another one try after a minute when the first one is heard of no more', async () => {
      const claim = await alerts.claimAlert(KEY);
      await age(ALERT_CLAIM_SECONDS - 10);
      expect(await others.claimAlert(KEY)).toBeUndefined();
      await age(10);
      expect(await others.claimAlert(KEY)).toBeDefined();
      // The first one was only slow, and what it does now is not about the claim of the other.
      await claim?.release();
      expect(await alerts.claimAlert(KEY)).toBeUndefined();
    });

    test('has no recovery to announce when no failure occurred or none was announced', async () => {
      expect(await alerts.claimRecovery([KEY])).toBeUndefined();
      const claim = await alerts.claimAlert(KEY);
      expect(await others.claimRecovery([KEY])).toBeUndefined();
      await claim?.release();
      expect(await others.claimRecovery([KEY])).toBeUndefined();
    });

    test('lets exactly one caller announce the recovery from all failures', async () => {
      await announce();
      await announce({ ...KEY, signature: 'HELD' });
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? alerts : others).claimRecovery([KEY])),
      );
      const [claim, ...more] = claims.filter((found) => found !== undefined);
      expect(more).toEqual([]);
      await claim?.sent();
      expect(await others.claimRecovery([KEY])).toBeUndefined();
    });

    test('ends the troubles of other matters with the recovery that they are named in', async () => {
      const file = { connectorId: 'hr.yaml', target: 'file' };
      const other = { connectorId: 'crm.yaml', target: 'file' };
      await announce({ ...file, signature: 'FAILED' });
      await announce({ ...other, signature: 'FAILED' });
      await (await alerts.claimRecovery([KEY, file]))?.sent();
      expect(await others.claimRecovery([KEY, file])).toBeUndefined();
      expect(await others.claimRecovery([KEY, other])).toBeDefined();
    });

    test('lets another one announce a recovery that could not be announced', async () => {
      await announce();
      await (await alerts.claimRecovery([KEY]))?.release();
      expect(await others.claimRecovery([KEY])).toBeDefined();
    });

    test('does not announce the same trouble again because there was a recovery in between', async () => {
      await announce();
      await (await alerts.claimRecovery([KEY]))?.sent();
      expect(await alerts.claimAlert(KEY)).toBeUndefined();
      expect(await alerts.claimRecovery([KEY])).toBeUndefined();
      await age(ALERT_REPEAT_SECONDS);
      await announce();
      expect(await alerts.claimRecovery([KEY])).toBeDefined();
    });
  });
}
