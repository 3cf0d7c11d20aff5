import { BroadsheetError, EXIT } from '../base/errors.ts';
import type { Relay, RelaySettings } from './relay.ts';

/** Makes a relay of its settings; connects when the first message comes. Throws a config error for a URL that is none. */
export function openRelay(settings: RelaySettings): Relay {
  throw new BroadsheetError(EXIT.software, `${settings.connections}: not implemented yet`);
}
