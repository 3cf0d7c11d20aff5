/** Where a database is at home: what a copy of it that wakes up elsewhere is known by. */
export type PlaceOfDatabase = PlaceOfFile | PlaceOnServer;

/** A database in a file. */
export interface PlaceOfFile {
  readonly kind: 'file';
  /** Which machine: text that another machine does not have. */
  readonly machine: string;
  /** What people call it. */
  readonly machineName: string;
  /** Absolute, links resolved. */
  readonly path: string;
  /** Which file it is, whatever it is called; null where the system does not say. */
  readonly file: string | null;
  /** Which file the journal is; null where there is none, or the system does not say. */
  readonly journal: string | null;
}

/**
 * A database of a server, whichever machine asks: any number of them may send from one. What the
 * server does not tell is null.
 */
export interface PlaceOnServer {
  readonly kind: 'server';
  /** Names the server's data, for good. */
  readonly system: string | null;
  /** Another one after the server was promoted or put back from a backup. */
  readonly timeline: string | null;
  /** Number of the database on the server; one that is restored under the same name has another. */
  readonly database: string;
}

/**
 * Why the database at `here` cannot be taken for the one that was told to be at `noted`, as what
 * follows "this database"; undefined when it is the one. `fileAtNotedPath` is which file has the
 * noted path now (undefined: none; null: the system does not say).
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
  // A backup under the journal that was kept all along: the journal tells what it lacks.
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
