import type { Stopped } from './send-report.ts';

/** Whether a run continues; all its workers share it. */
export interface RunState {
  mayGoOn(): boolean;
  /** Ends the run cleanly; the first stop reason counts. */
  stop(because: Stopped['because'], message: string, retryAt?: string): void;
  /** Ends the run with an error, which `end` throws. */
  fail(error: unknown): void;
  /** A message was accepted. */
  noteSent(): void;
  /**
   * The number of accepted messages, and the stop reason if the run ended early. Throws the error
   * of `fail`.
   */
  end(): { readonly sent: number; readonly stopped?: Stopped };
}

export function openRunState(): RunState {
  let sent = 0;
  let stopped: Stopped | undefined;
  let failure: { readonly error: unknown } | undefined;
  const stop: RunState['stop'] = (because, message, retryAt) => {
    stopped ??= { because, message, ...(retryAt === undefined ? {} : { retryAt }) };
  };
  return {
    mayGoOn: () => stopped === undefined && failure === undefined,
    stop,
    fail(error) {
      failure ??= { error };
    },
    noteSent() {
      sent += 1;
    },
    end() {
      if (failure !== undefined) throw failure.error;
      return { sent, ...(stopped === undefined ? {} : { stopped }) };
    },
  };
}
