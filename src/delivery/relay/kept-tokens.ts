import { createHash } from 'node:crypto';
import { makeStateFolder } from '../../kernel/files/state-folder.ts';
import { writeFileAtomically } from '../../kernel/files/write-atomically.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';

/**
 * Refresh tokens that a server gave in exchange for the one of the environment (RFC 6749 §6), in a file
 * that only its owner can read. Several programs may use it.
 */
export interface KeptTokens {
  /** The newest token for `original`, the one of the environment; undefined if none is kept. */
  read(relay: string, original: string): string | undefined;
  /** Throws a `BroadsheetError` (disk) if it can't be written. */
  write(relay: string, original: string, token: string): void;
}

type Kept = Readonly<Record<string, { readonly original: string; readonly token: string }>>;

const OWNER_ONLY = 0o600;

/** The tokens in `file`. Nothing is written before there is one. */
export function openKeptTokens(file: string): KeptTokens {
  // What could not be written. The server may not take the token before it any more.
  const unwritten = new Map<string, Kept[string]>();
  return {
    read(relay, original) {
      const kept = unwritten.get(relay) ?? readKept(file)[relay];
      // After a new token in the environment, the old ones are of no use.
      return kept?.original === hashOf(original) ? kept.token : undefined;
    },
    write(relay, original, token) {
      const own = { original: hashOf(original), token };
      unwritten.set(relay, own);
      makeStateFolder(file);
      const kept = { ...readKept(file), [relay]: own };
      writeFileAtomically(file, `${JSON.stringify(kept, null, 2)}\n`, OWNER_ONLY);
      unwritten.delete(relay);
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

/** Without a readable file, the token of the environment is used. */
function readKept(file: string): Kept {
  try {
    return JSON.parse(readRegularFile(file).toString()) as Kept;
  } catch {
    return {};
  }
}
