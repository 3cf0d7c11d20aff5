import { type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** An answer with the bytes of its body. */
export interface BytesAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** What the body says, unpacked. */
  readonly text: string;
}

/** Lines of a header: each is sent by itself, where there are several. */
export type AskedHeaders = Readonly<Record<string, string | readonly string[]>>;

/** Asks over a connection of its own. */
export function askBytes(
  url: string,
  headers: AskedHeaders = {},
  method = 'GET',
): Promise<BytesAnswer> {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((line) => [name, line]),
  );
  const { host } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: false, headers: ['host', host, ...lines] });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const { statusCode = 0, headers: fields } = answer;
        const text = bytes.length === 0 ? '' : unpack(bytes, fields['content-encoding']);
        resolve({ status: statusCode, headers: fields, bytes, text });
      });
    });
    asked.end();
  });
}

function unpack(bytes: Buffer, coding: string | undefined): string {
  if (coding === 'br') return brotliDecompressSync(bytes).toString();
  return (coding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}
