import type { EventLog } from '../../kernel/log.ts';

/** Exit codes after a signal, by the rule of shells. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The request to stop. */
export interface StopSignals {
  /** Aborted by SIGTERM, by SIGINT, or when the terminal is closed. */
  readonly signal: AbortSignal;
  /** Removes our signal handlers: Node handles the signals again. */
  dispose(): void;
}

/**
 * Listens for the signals that end the service. The first stops it cleanly; the second ends the process
 * at once. SIGHUP means that the terminal was closed, and also stops it. Without a terminal, some
 * supervisors send SIGHUP for "read the config again": the log reports that this needs a restart.
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
