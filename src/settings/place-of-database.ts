/** The location of a database. It reveals a copy that starts elsewhere. */
export type PlaceOfDatabase = PlaceOfFile | PlaceOnServer;

/** A database in a file. */
export interface PlaceOfFile {
  readonly kind: 'file';
  /** Identifies the machine: no other machine has this text. */
  readonly machine: string;
  /** The name for people. */
  readonly machineName: string;
  /** Absolute, links resolved. */
  readonly path: string;
  /** Identifies the file under any name; null if the system does not report it. */
  readonly file: string | null;
  /** Identifies the journal file; null if there is none, or the system does not report it. */
  readonly journal: string | null;
}

/**
 * A database on a server, the same from every machine: many machines may send from it. A value is null if
 * the server does not report it.
 */
export interface PlaceOnServer {
  readonly kind: 'server';
  /** A permanent id of the server's data. */
  readonly system: string | null;
  /** It changes after the server was promoted or restored from a backup. */
  readonly timeline: string | null;
  /** The database's number on the server; a database restored under the same name has another one. */
  readonly database: string;
}

/**
 * Why the database at `here` is not the one that was saved at `noted`, as a text to follow "this
 * database"; undefined if it is the same. `fileAtNotedPath` identifies the file at the noted path now
 * (undefined: none; null: the system does not report it).
 */
export function whyElsewhere(
  noted: PlaceOfDatabase,
  here: PlaceOfDatabase,
  fileAtNotedPath: string | null | undefined,
): string | undefined {
  if (noted.kind === 'server') {
    return here.kind === 'server' ? whyOtherServer(noted, here) : 'was on a database server';
  }
  if (here.kind === 'server') return `was the file ${noted.path} on ${noted.machineName}`;
  if (noted.machine !== here.machine) {
    return `was on the machine ${noted.machineName}, and this one is ${here.machineName}`;
  }
  const isSameFile = noted.file !== null && noted.file === here.file;
  if (noted.path !== here.path) {
    const wasMoved = isSameFile && (fileAtNotedPath === undefined || fileAtNotedPath === here.file);
    return wasMoved ? undefined : `was at ${noted.path}, and is a copy at ${here.path}`;
  }
  if (isSameFile || noted.file === null || here.file === null) return undefined;
  // A backup restored beside the current journal: the journal shows the missing entries.
  if (noted.journal === null || noted.journal === here.journal) return undefined;
  return 'was put back from a backup without the journal that was kept meanwhile';
}

function whyOtherServer(noted: PlaceOnServer, here: PlaceOnServer): string | undefined {
  if (differ(noted.system, here.system)) return 'was on another database server';
  if (noted.database !== here.database) return 'was another database of the server';
  if (!differ(noted.timeline, here.timeline)) return undefined;
  return 'is on a server that was promoted or put back from a backup, and may lack the last of it';
}

function differ(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}
