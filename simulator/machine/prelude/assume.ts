/** What stands for functions that are not in a file that was cut out of a driver. */

/** Used by functions that the scenario makes up: see simulator/scenario/assume. */
export const ASSUME = String.raw`
long __pinscope_assume(const char *fn); long __pinscope_steer(long value, long want); void *__pinscope_assume_object(const char *fn, const char *record); void __pinscope_assume_out(const void *p, const char *record); void __pinscope_assume_kept(const void *p);
`;
