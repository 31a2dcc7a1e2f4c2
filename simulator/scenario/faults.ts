/** The faults of a run have their names where the annotations are read: the editor knows them too. */
import { DEVICE_FAULTS, MACHINE_FAULTS } from '../../language/annotations/faults.ts';

export { FAULTS, MACHINE_FAULTS } from '../../language/annotations/faults.ts';
/** What each fault means, in a few words. */
export const FAULTS_ABOUT: Readonly<Record<string, string>> = { ...MACHINE_FAULTS, ...DEVICE_FAULTS };
