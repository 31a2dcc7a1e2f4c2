/** The faults of a run have their names where the annotations are read: the editor knows them too. */
export { FAULT_DOCS, FAULTS, MACHINE_FAULTS } from '../../language/annotations/faults.ts';
