import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { writeFileAtomically } from '../../kernel/files/write-atomically.ts';

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

/**
 * Writes every message as `.eml`, its HTML part as a page and its text part as `.txt`, and a page that
 * lists them. Returns the path of that page.
 */
export async function keepMessages(
  folder: string,
  messages: readonly ReceivedMessage[],
  site: { readonly url: string; readonly root: string },
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const rows: string[] = [];
  for (const { to, bytes } of messages) {
    const name = to.replace(/[^a-z0-9@.+-]/gi, '_');
    const parsed = await PostalMime.parse(bytes);
    const files = {
      html: Buffer.from(withLocalPictures(parsed.html ?? '', folder, site)),
      txt: Buffer.from(parsed.text ?? ''),
      eml: bytes,
    };
    for (const [ending, content] of Object.entries(files)) {
      writeFileAtomically(join(folder, `${name}.${ending}`), content);
    }
    rows.push(rowOf(name, parsed.subject ?? ''));
  }
  const page = join(folder, 'index.html');
  writeFileAtomically(page, Buffer.from(pageOf(rows)));
  return page;
}

/** The sample site is not on the web: its pictures come from the samples beside the posts. */
function withLocalPictures(
  html: string,
  folder: string,
  { url, root }: { readonly url: string; readonly root: string },
): string {
  return html.replaceAll(`src="${url}`, `src="${relative(folder, root).replaceAll('\\', '/')}/`);
}

function rowOf(name: string, subject: string): string {
  const link = (ending: string, label: string) =>
    `<a href="${escapeHtml(name)}.${ending}">${label}</a>`;
  return `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(subject)}</td><td>${link('html', 'HTML')} ${link('txt', 'text')} ${link('eml', 'message')}</td></tr>`;
}

function pageOf(rows: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>What the demo's subscribers got</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
a { margin-right: .5rem; }
</style>
</head>
<body>
<h1>What the demo's subscribers got</h1>
<table>
<thead><tr><th>To</th><th>Subject</th><th>Open</th></tr></thead>
<tbody>
${rows.toSorted().join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
