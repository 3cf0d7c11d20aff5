import type { ServicePart } from '../service/service-part.ts';

/** Opens and runs the slots of all newsletters, until `signal` is aborted. */
export const runSchedule: ServicePart = async () => {};
