import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A message as the demo's SMTP server got it. */
export interface ReceivedMessage {
  readonly to: string;
  readonly bytes: Buffer;
}

/** An SMTP server on a free port of loopback that keeps what it gets, for as long as it is open. */
export interface DemoInbox {
  /** `smtp://127.0.0.1:port` */
  readonly url: string;
  readonly messages: readonly ReceivedMessage[];
  close(): Promise<void>;
}

/** Starts the server. Rejects when no port of loopback is to be had. */
export async function openDemoInbox(): Promise<DemoInbox> {
  const messages: ReceivedMessage[] = [];
  const server = new SMTPServer({
    // The program that starts it is the only one that talks to it.
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
