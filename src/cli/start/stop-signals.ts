import type { EventLog } from '../../kernel/log.ts';

/** Exit codes of a process that a signal ended, as shells count them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The wish to stop. */
export interface StopSignals {
  /** Aborted by SIGTERM, by SIGINT, or when the terminal is closed. */
  readonly signal: AbortSignal;
  /** Leaves the signals to Node again. */
  dispose(): void;
}

/**
 * Listens for the signals that end the service. The first asks it to stop in order; the second
 * ends the process at once. SIGHUP: a terminal that was closed, which ends it too; without a
 * terminal some supervisors mean "read the config again" by it, and are told that it takes a restart.
 */
export function listenForStop(log: EventLog): StopSignals {
  const controller = new AbortController();
  const stop = (name: keyof typeof SIGNALS) => {
    if (controller.signal.aborted) process.exit(SIGNALS[name]);
    log.event('stopping', { signal: name });
    controller.abort();
  };
  const onInterrupt = () => stop('SIGINT');
  const onTerminate = () => stop('SIGTERM');
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY;
  const onHangUp = () => {
    if (hasTerminal) controller.abort();
    else log.event('SIGHUP is ignored: restart the service to read the config again');
  };
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate).on('SIGHUP', onHangUp);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate).off('SIGHUP', onHangUp);
    },
  };
}
