import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import { changesBeforeSending, whyRetracted } from '../delivery/editions/retractions.ts';
import { errorsOf, type GateFinding } from '../delivery/gate/finding.ts';
import { inspectEdition } from '../delivery/gate/inspect-edition.ts';
import { readToken } from '../delivery/message/signed-token.ts';
import { planDeliveries } from '../delivery/queries/deliveries.ts';
import { noteAsComposed, releaseEdition } from '../delivery/queries/edition-changes.ts';
import { findStoredEdition } from '../editions/compose/find-stored-edition.ts';
import { findEdition, type StoredEdition } from '../editions/queries/editions.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import { changeSlot, findSlots } from './queries/slots.ts';

/** An edition that an editor was asked to approve. `over`: it was cancelled, or no editor was asked. */
export interface Approval {
  readonly edition: StoredEdition;
  readonly kind: 'open' | 'approved' | 'over';
  /** Why it was not approved, a phrase: some of its posts were removed. */
  readonly retracted?: string;
  /** The errors of the gate, if it was not approved because of them. */
  readonly failing?: readonly GateFinding[];
}

/** `signals` is present in the service: approval wakes the delivery. */
type ApprovalDependencies = StoreDependencies & {
  readonly signals?: { readonly deliveries: ChangeSignal };
};

/** The edition behind the link in the editor's mail. Undefined if the token is invalid or has expired. */
export async function readApproval(
  deps: StoreDependencies,
  token: string,
): Promise<Approval | undefined> {
  const { secrets } = deps.config;
  const fields = readToken('approve', token, { secrets, now: deps.clock() });
  if (fields === undefined || fields === 'expired') return undefined;
  const [id = '', composedAt] = fields;
  const edition = await findEdition(deps.store.db, id);
  if (edition === undefined) return undefined;
  // The edition was composed again after the mail: the editor was asked about other content.
  const isOther = composedAt !== undefined && composedAt !== edition.edition.composedAt;
  return { edition, kind: isOther ? 'over' : kindOf(edition) };
}

/**
 * Approves an edition: plans one delivery for each active subscriber. The service, or the next `send`,
 * delivers them. There is no deadline, because an editor has seen the edition. A second approval changes
 * nothing. If some of its posts were removed after it was composed, the edition keeps waiting, unless
 * `asComposed` is set; also if it does not pass the gate, unless `force` is set. Throws a usage error for an unknown edition, and a config error if the database is
 * on hold or damaged.
 */
export async function approveEdition(
  deps: ApprovalDependencies,
  id: string,
  { asComposed = false, force = false } = {},
): Promise<Approval> {
  const { store, clock, signals } = deps;
  const stored = await findStoredEdition(store.db, id);
  if (stored.pause?.by === 'approval') {
    await checkSplitBrain(deps);
    await store.verify();
    const changes = asComposed ? [] : await changesBeforeSending(deps, stored);
    const retracted = whyRetracted(changes);
    if (retracted !== undefined) return { edition: stored, kind: 'open', retracted };
    const { edition } = stored;
    const newsletter = deps.config.newsletters.find((each) => each.id === edition.newsletter);
    const isChecked = newsletter !== undefined && !force;
    const failing = isChecked ? errorsOf(await inspectEdition(deps, newsletter, edition)) : [];
    if (failing.length > 0) return { edition: stored, kind: 'open', failing };
  }
  await store.transaction(async (db) => {
    const at = storedInstant(clock());
    if (!(await releaseEdition(db, id, at))) return;
    const { edition } = await findStoredEdition(db, id);
    await planDeliveries(db, edition, at);
    if (asComposed) await noteAsComposed(db, id, at);
    const [slot] = await findSlots(db, { edition: id });
    if (slot?.state === 'approval') await changeSlot(db, slot, { state: 'sending' }, at);
  });
  signals?.deliveries.notify();
  const edition = await findStoredEdition(store.db, id);
  return { edition, kind: kindOf(edition) };
}

/**
 * Approves by the link in the editor's mail. Returns undefined if the token is invalid or has expired.
 */
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
