/** A relay's reply: the last line's code, its enhanced code if it has one, and the text. */
export interface Reply {
  /** RFC 5321 §4.2; 0 if the relay did not reply (the connection broke). */
  readonly code: number;
  /** RFC 3463, as `5.1.1`. */
  readonly enhancedCode?: string;
  readonly text: string;
}

/** How many deliveries of an edition are in each state; `queued` includes those in flight. */
export interface DeliveryTable {
  readonly planned: number;
  readonly accepted: number;
  /** How many of the accepted came back. */
  readonly returned: number;
  readonly deferred: number;
  readonly failed: number;
  readonly suppressed: number;
  readonly inDoubt: number;
  readonly queued: number;
}

/** Whether every planned delivery is accounted for. */
export function balances(table: DeliveryTable): boolean {
  const { planned, accepted, deferred, failed, suppressed, inDoubt, queued } = table;
  return planned === accepted + deferred + failed + suppressed + inDoubt + queued;
}
