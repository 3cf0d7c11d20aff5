import { pino } from 'pino';
import type { EventLog, Facts } from '../../base/log.ts';
import { redact } from './redact.ts';

/**
 * The log of the service, on standard output: a JSON object a line, or lines for people on a
 * terminal (`pretty`). Whatever is said, no address, password or token is in it. Lines are written
 * at once, so that the last one before the end of the process is there too.
 */
export async function openServiceLog(options: {
  readonly pretty: boolean;
  /** What is less than this is left out. */
  readonly level: 'warn' | 'info' | 'debug';
}): Promise<EventLog> {
  const { pretty, level } = options;
  const destination = pretty ? await prettyDestination() : pino.destination({ fd: 1, sync: true });
  const logger = pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    info: (line) => logger.info(redact(line)),
    detail: (line) => logger.debug(redact(line)),
    progress() {},
    event: (message, facts) => logger.info(redactFacts(facts), redact(message)),
    trouble: (message, facts) => logger.warn(redactFacts(facts), redact(message)),
    failure: (message, error, facts) =>
      logger.error({ ...redactFacts(facts), error: describeError(error) }, redact(message)),
  };
}

async function prettyDestination(): Promise<NodeJS.WritableStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    colorize: hasColors(),
    sync: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
}

function hasColors(): boolean {
  return process.stdout.hasColors?.() === true && !process.env.NO_COLOR;
}

function redactFacts(facts: Facts = {}): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'string' ? redact(fact) : fact,
    ]),
  );
}

/** An error and what caused it, as text. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return redact(String(error));
  const text = redact(error.stack ?? `${error.name}: ${error.message}`);
  return error.cause === undefined ? text : `${text}\ncaused by: ${describeError(error.cause)}`;
}
