/** What became of a message, as far as it tells whether to go on. */
export type BreakerNote = 'accepted' | 'refused' | 'noSuchAddress' | 'other';

/** So many refusals for policy in a row are no accident: what is left would be refused as well. */
const MOST_REFUSED_IN_A_ROW = 10;

/** So many addresses in a row that do not exist: it is the relay that knows nobody. */
const MOST_UNKNOWN_IN_A_ROW = 25;

/** How far back the share is counted, and the share of refusals from which to stop. */
const WINDOW = 50;
const MOST_REFUSED_OF_WINDOW = 25;

/** The last outcomes of an edition, the newest last. */
export type BreakerState = readonly BreakerNote[];

/** The state after one more outcome. Others than refusals and acceptances (put off, in doubt) say nothing. */
export function addNote(state: BreakerState, note: BreakerNote): BreakerState {
  return note === 'other' ? state : [...state.slice(1 - WINDOW), note];
}

/**
 * How many refusals are a reason to stop the edition, and of what kind; undefined where there is
 * none. Many refusals for policy hurt the sender's name the more of them there are.
 */
export function reasonToStop(
  state: BreakerState,
): { readonly refusals: number; readonly of: number } | undefined {
  const refused = state.filter((note) => note === 'refused').length;
  if (refused >= MOST_REFUSED_OF_WINDOW) return { refusals: refused, of: state.length };
  const refusedInARow = trailing(state, 'refused');
  if (refusedInARow >= MOST_REFUSED_IN_A_ROW) return { refusals: refusedInARow, of: refusedInARow };
  const unknownInARow = trailing(state, 'noSuchAddress');
  if (unknownInARow >= MOST_UNKNOWN_IN_A_ROW) return { refusals: unknownInARow, of: unknownInARow };
  return undefined;
}

/** How many of the newest are all `note`. */
function trailing(state: BreakerState, note: BreakerNote): number {
  return state.length - 1 - state.findLastIndex((each) => each !== note);
}
