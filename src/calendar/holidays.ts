/**
 * The name of the holiday that is on at a moment (as clocks on the wall show it), or undefined.
 */
export type Holidays = (moment: Temporal.PlainDateTime) => string | undefined;

/** No holidays. */
export const noHolidays: Holidays = () => undefined;

/** The holidays of several calendars: the first that has one names it. */
export function anyOf(calendars: readonly Holidays[]): Holidays {
  return (moment) => {
    for (const holidays of calendars) {
      const name = holidays(moment);
      if (name !== undefined) return name;
    }
    return undefined;
  };
}
