import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A message as the demo's SMTP server received it. */
export interface ReceivedMessage {
  readonly to: string;
  readonly bytes: Buffer;
}

/** An SMTP server on a free loopback port. It keeps messages while it is open. */
export interface DemoInbox {
  /** `smtp://127.0.0.1:port` */
  readonly url: string;
  readonly messages: readonly ReceivedMessage[];
  close(): Promise<void>;
}

/** Starts the server. Rejects if there is no free loopback port. */
export async function openDemoInbox(): Promise<DemoInbox> {
  const messages: ReceivedMessage[] = [];
  const server = new SMTPServer({
    // Only the program that starts it connects to it.
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        for (const { address } of session.envelope.rcptTo) messages.push({ to: address, bytes });
        done();
      });
    },
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
