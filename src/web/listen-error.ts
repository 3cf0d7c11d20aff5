import { BroadsheetError, EXIT, type ExitCode, reasonOf } from '../kernel/errors.ts';

/** The error for an address that cannot be listened on. An unknown error is returned unchanged. */
export function listenError(error: unknown, host: string, port: number): Error {
  const fail = (exitCode: ExitCode, fact: string) =>
    new BroadsheetError(exitCode, `${host} port ${port}  ${fact}`, { cause: error });
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return fail(
        EXIT.unavailable,
        'is taken by another program; stop that, or choose another port',
      );
    case 'EACCES':
      return fail(EXIT.config, 'may not be listened on; choose a port from 1024 on');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail(EXIT.config, 'is no address of this machine; 127.0.0.1, 0.0.0.0 and :: are');
    case 'EAFNOSUPPORT':
      return fail(EXIT.config, 'cannot be listened on without IPv6; write 0.0.0.0 for ::');
    default:
      return error instanceof Error ? error : new Error(reasonOf(error));
  }
}

/** `http://[::1]:8080` */
export function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
