import type { EmailAddress } from '../model/email-address.ts';
import type { Subscriber } from '../model/subscriber.ts';
import type { StoreDependencies } from './mail-dependencies.ts';

/** `refused`: the address left, bounced or complained, and only its owner can undo that. */
export interface AddReport {
  readonly result: 'added' | 'already' | 'refused';
  readonly subscriber: Subscriber;
}

/** Adds an active subscriber, on the editor's word; one that left earlier stays away. */
export async function addSubscriber(
  _deps: StoreDependencies,
  _options: {
    readonly newsletter?: string;
    readonly address: EmailAddress;
    readonly name?: string;
  },
): Promise<AddReport> {
  throw new Error('not implemented yet');
}
