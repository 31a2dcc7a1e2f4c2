/**
 * The commands that run the simulator: a file of its own when they are built, half of all the program, of which a check reads
 * nothing.
 */
export { GUP_TEST_HELP, gupTestCommand } from './gup-test.ts';
export { modelCommand } from './model.ts';
export { simulate, SIMULATE_HELP } from './simulate.ts';
