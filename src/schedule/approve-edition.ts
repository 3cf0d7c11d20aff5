import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import { changesBeforeSending, whyRetracted } from '../delivery/editions/retractions.ts';
import { readToken } from '../delivery/message/signed-token.ts';
import { planDeliveries } from '../delivery/queries/deliveries.ts';
import { releaseEdition } from '../delivery/queries/edition-changes.ts';
import { noteAsComposed } from '../delivery/queries/edition-reach.ts';
import { findStoredEdition } from '../editions/compose/find-stored-edition.ts';
import { findEdition, type StoredEdition } from '../editions/queries/editions.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import { changeSlot, slotOfEdition } from './queries/slots.ts';

/** An edition that an editor is, or was, asked about. `over`: it was cancelled, or nobody was asked. */
export interface Approval {
  readonly edition: StoredEdition;
  readonly kind: 'open' | 'approved' | 'over';
  /** Why it was not approved, a phrase: posts of it were taken away. */
  readonly retracted?: string;
}

/** `signals`: there in the service, whose delivery is woken. */
type ApprovalDependencies = StoreDependencies & {
  readonly signals?: { readonly deliveries: ChangeSignal };
};

/** What the link in the editor's mail is about; undefined where the token is none, or has expired. */
export async function readApproval(
  deps: StoreDependencies,
  token: string,
): Promise<Approval | undefined> {
  const [id, composedAt] = readFields(deps, token);
  const edition = id === undefined ? undefined : await findEdition(deps.store.db, id);
  if (edition === undefined) return undefined;
  // The editor was asked about another content: it was composed anew since.
  const isOther = composedAt !== undefined && composedAt !== edition.edition.composedAt;
  return { edition, kind: isOther ? 'over' : kindOf(edition) };
}

/**
 * Lets an edition go that waits for its approval: plans one delivery for each active subscriber; the
 * service, or the next `send`, delivers them. However late it is: an editor has seen it. Twice is as
 * good as once. One of whose posts some were taken away since it was composed waits on, unless
 * `asComposed` is set. Throws a usage error for an edition that there is not, and a config error where the
 * database is held or damaged.
 */
export async function approveEdition(
  deps: ApprovalDependencies,
  id: string,
  { asComposed = false } = {},
): Promise<Approval> {
  const { store, clock, signals } = deps;
  const stored = await findStoredEdition(store.db, id);
  if (stored.pause?.by === 'approval') {
    await checkSplitBrain(deps);
    await store.verify();
    const changes = asComposed ? [] : await changesBeforeSending(deps, stored);
    const retracted = whyRetracted(changes);
    if (retracted !== undefined) return { edition: stored, kind: 'open', retracted };
  }
  await store.transaction(async (db) => {
    const at = storedInstant(clock());
    if (!(await releaseEdition(db, id, at))) return;
    const { edition } = await findStoredEdition(db, id);
    await planDeliveries(db, edition, at);
    if (asComposed) await noteAsComposed(db, id, at);
    const slot = await slotOfEdition(db, id);
    if (slot) await changeSlot(db, slot, ['approval'], { state: 'sending' }, at);
  });
  signals?.deliveries.notify();
  const edition = await findStoredEdition(store.db, id);
  return { edition, kind: kindOf(edition) };
}

/** The same by the link in the editor's mail; undefined where the token is none, or has expired. */
export async function approveByLink(
  deps: ApprovalDependencies,
  token: string,
): Promise<Approval | undefined> {
  const approval = await readApproval(deps, token);
  if (approval?.kind !== 'open') return approval;
  return approveEdition(deps, approval.edition.edition.id);
}

function kindOf({ pause, cancelledAt, approvedAt }: StoredEdition): Approval['kind'] {
  if (cancelledAt !== undefined) return 'over';
  if (pause?.by === 'approval') return 'open';
  return approvedAt === undefined ? 'over' : 'approved';
}

function readFields({ config, clock }: StoreDependencies, token: string): readonly string[] {
  const fields = readToken('approve', token, { secrets: config.secrets, now: clock() });
  return fields === undefined || fields === 'expired' ? [] : fields;
}
