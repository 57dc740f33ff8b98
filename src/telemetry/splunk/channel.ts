import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Wait } from '../../core/retry.ts';
import type { Channel } from '../channel.ts';
import { lazyPost } from '../http/post.ts';
import type { RunSubject } from '../run-report.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import type { SplunkSettings } from '../settings.ts';
import { RunEvents } from './events.ts';
import { HecSender } from './sender.ts';

interface SplunkPorts {
  readonly proxy: ProxySettings;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly log: Logger;
}

/** Reports a run to Splunk from its start. */
export function splunkChannel(settings: SplunkSettings, subject: RunSubject, ports: SplunkPorts): Channel {
  const { post, close } = lazyPost(ports.proxy);
  const sender = new HecSender(settings, { ...ports, post, channel: randomUUID() });
  const events = new RunEvents(subject, hostname());
  sender.add(events.started());
  return {
    name: 'Splunk',
    phaseEnded(phase) {
      sender.add(events.phaseEnded(phase));
    },
    async finish(end, signal) {
      sender.add(events.ended(end));
      const undelivered = await sender.finish(signal);
      await close();
      return undelivered;
    },
  };
}
