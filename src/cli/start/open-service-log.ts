import { pino } from 'pino';
import type { EventLog, Facts } from '../../kernel/log.ts';
import { visibleLine, visibleText } from '../../kernel/visible-text.ts';
import { redact } from './redact.ts';

/**
 * The log of the service, on standard output: a JSON object a line, or lines for people on a terminal
 * (`pretty`). It never contains an address, password or token. Lines are written at once: the last one
 * before the end of the process is not lost.
 */
export async function openServiceLog(options: {
  readonly pretty: boolean;
  /** Lower levels are left out. */
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
    info: (line) => logger.info(safe(line)),
    detail: (line) => logger.debug(safe(line)),
    progress() {},
    event: (message, facts) => logger.info(redactFacts(facts), safe(message)),
    trouble: (message, facts) => logger.warn(redactFacts(facts), safe(message)),
    failure: (message, error, facts) =>
      logger.error({ ...redactFacts(facts), error: describeError(error) }, safe(message)),
  };
}

async function prettyDestination(): Promise<NodeJS.WritableStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    colorize: process.stdout.hasColors?.() === true && !process.env.NO_COLOR,
    sync: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
}

/** `text` without private data, and without characters that a terminal would execute. */
function safe(text: string): string {
  return visibleText(redact(text));
}

function redactFacts(facts: Facts = {}): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'string' ? visibleLine(redact(fact)) : fact,
    ]),
  );
}

/** An error and its causes, as text. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return safe(String(error));
  const text = safe(error.stack ?? `${error.name}: ${error.message}`);
  return error.cause === undefined ? text : `${text}\ncaused by: ${describeError(error.cause)}`;
}
