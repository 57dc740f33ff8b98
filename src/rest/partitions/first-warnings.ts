import type { Logger } from '../../core/log.ts';

/** Returns a logger that passes on only the first warnings: each of many listings may have the same one. */
export function firstWarnings(log: Logger, most: number): Logger {
  let warnings = 0;
  return {
    debug: (message, fields) => {
      log.debug(message, fields);
    },
    info: (message, fields) => {
      log.info(message, fields);
    },
    warn(message, fields) {
      warnings++;
      if (warnings <= most) log.warn(message, fields);
      else if (warnings === most + 1) log.warn('further warnings about child listings are not logged');
    },
    error: (message, fields) => {
      log.error(message, fields);
    },
    child: (fields) => firstWarnings(log.child(fields), most),
  };
}
