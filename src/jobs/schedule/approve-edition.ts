import { BroadsheetError, EXIT } from '../../base/errors.ts';
import type { StoredEdition } from '../../store/editions.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';

/** An edition that an editor is, or was, asked about. `over`: it was cancelled, or went out otherwise. */
export interface Approval {
  readonly edition: StoredEdition;
  readonly kind: 'open' | 'approved' | 'over';
}

/** What the link in the editor's mail is about; undefined where the token is none, or has expired. */
export async function readApproval(
  _deps: StoreDependencies,
  _token: string,
): Promise<Approval | undefined> {
  return undefined;
}

/** Lets an edition go that waits for its approval: plans its deliveries. Twice is as good as once. */
export async function approveEdition(_deps: StoreDependencies, id: string): Promise<Approval> {
  throw new BroadsheetError(
    EXIT.usage,
    `there is no edition "${id}"; see \`broadsheet editions list\``,
  );
}

/** The same by the link in the editor's mail; undefined where the token is none, or has expired. */
export async function approveByLink(
  _deps: StoreDependencies,
  _token: string,
): Promise<Approval | undefined> {
  return undefined;
}
