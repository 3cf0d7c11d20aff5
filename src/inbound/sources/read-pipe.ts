import { MOST_BYTES } from '../mail/parse-mail.ts';
import type { SourceMail } from './mail-source.ts';

/** One mail from a pipe: its beginning, and its size. A `From ` line of mbox before it is left out. */
export async function readPipe(stream: AsyncIterable<Buffer>): Promise<SourceMail> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    // The rest is read, too: a mail server that cannot write all of it would try again.
    if (sizeBytes < MOST_BYTES) chunks.push(chunk.subarray(0, MOST_BYTES - sizeBytes));
    sizeBytes += chunk.length;
  }
  const bytes = Buffer.concat(chunks);
  const isMbox = bytes.subarray(0, 5).equals(Buffer.from('From '));
  return { bytes: isMbox ? bytes.subarray(bytes.indexOf('\n') + 1) : bytes, sizeBytes };
}
