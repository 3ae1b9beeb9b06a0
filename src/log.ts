import { destination, pino } from 'pino'

/** One line per fact, with ids. Never a customer's words, never a secret. */
export interface Log {
  debug(fact: string, ids?: object): void
  info(fact: string, ids?: object): void
  warn(fact: string, ids?: object): void
  error(fact: string, ids?: object): void
  child(ids: object): Log
}

/** Writes JSON lines to standard output. `level`: a pino level, or `silent`. */
export function createLog(level: string): Log {
  return wrap(
    pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination({ sync: true }),
    ),
  )
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (fact, ids) => logger.debug(ids ?? {}, fact),
    info: (fact, ids) => logger.info(ids ?? {}, fact),
    warn: (fact, ids) => logger.warn(ids ?? {}, fact),
    error: (fact, ids) => logger.error(ids ?? {}, fact),
    child: (ids) => wrap(logger.child(ids)),
  }
}
